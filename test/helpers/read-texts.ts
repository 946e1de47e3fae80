/** @file All that people read on a page, or have read out to them; by comparing two languages, what lacks a translation is found. */
import type { Page } from 'playwright-core';

/** Texts and read-out attributes with a word in them, but for what is code or a path. */
async function textsOf(page: Page): Promise<string[]> {
  const found = await page.evaluate(`(() => {
    const found = [];
    const read = (element) => !element.closest('code, .path, script, style, noscript, select.language');
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (read(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
    for (const element of document.body.querySelectorAll('*'))
      if (read(element))
        for (const name of ['aria-label', 'aria-valuetext', 'aria-description', 'title', 'placeholder', 'alt'])
          found.push(element.getAttribute(name) ?? '');
    return found;
  })()`);
  return (found as readonly string[]).map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
}

/**
 * What reads the same in English and in German on the page that is open; the page stays German.
 * @param isThere - waits for the page in the language that has been chosen
 */
export async function sameInGerman(page: Page, isThere: () => Promise<unknown>): Promise<string[]> {
  const choose = async (language: string) => {
    await page.locator('select.language').selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor();
    await isThere();
    // One that is open is none of them any more.
    const closed = page.locator('main details:not([open]) > summary');
    while ((await closed.count()) > 0) await closed.first().click();
    return textsOf(page);
  };
  const english = new Set(await choose('en'));
  return [...new Set(await choose('de'))].filter((text) => english.has(text));
}
