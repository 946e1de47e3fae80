/**
 * @file How a page shows that its person knows the token. Pictures, downloads and the stream of events are asked for by the browser itself, which sends no
 * header; so the token is said once, and a cookie that no script can read stands for it. It is made of the token, so it holds after a restart as well.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const cookieName = 'clad_studio';

/** The header `Set-Cookie` for who has said the token. */
export function sessionCookie(token: string): string {
  return `${cookieName}=${proofOf(token)}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Whether a request has the cookie. @param header - `Cookie` */
export function hasSession(header: string | undefined, token: string): boolean {
  const [, given = ''] = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]+)`).exec(header ?? '') ?? [];
  const [said, wanted] = [Buffer.from(given), Buffer.from(proofOf(token))];
  return said.length === wanted.length && timingSafeEqual(said, wanted);
}

function proofOf(token: string): string {
  return createHmac('sha256', token).update('clad studio session').digest('base64url');
}
