/** @file The colours of pages, light and dark, as custom properties: of reports, and of the studio. */

export const colourRules = `:root{color-scheme:light dark;--ground:#f5f6f8;--card:#fff;--ink:#161b22;--quiet:#556070;--rule:#dfe3e9;--grid:#e8ebf0;
--accent:#1455c4;--good:#0f766e;--bad:#c2410c;--bar:#1d63d833;--rate:#c2410c33;--wash:#e9f1fd;--warn:#fdf0e3;--radius:10px}
@media (prefers-color-scheme:dark){:root{--ground:#0f1319;--card:#181e27;--ink:#e8ecf2;--quiet:#9eabbc;--rule:#2b3441;--grid:#262e3a;
--accent:#8ab8ff;--good:#4fd1c1;--bad:#ff9a5c;--bar:#6ea8fe44;--rate:#fb923c44;--wash:#17263d;--warn:#3a2616}}
`;
