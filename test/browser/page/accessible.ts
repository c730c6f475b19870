import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const displays = [
  { width: 390, colorScheme: "dark" }, // a phone
  { width: 1440, colorScheme: "light" },
] as const;

/**
 * Checks the page as on a phone in dark mode and as on a desktop in light mode, without animations.
 */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  for (const { width, colorScheme } of displays) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${state}: its width`).toBe(width);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] }).analyze();
    const problems = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    expect(problems, `${state}, ${colorScheme}, ${width} px`).toEqual([]);
  }
}
