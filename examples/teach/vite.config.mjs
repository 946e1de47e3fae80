import shared from '../browser/vite.config.mjs';

export default shared;
