// Takes the screenshots docs/page.png and docs/page-phone.png:
//
//	npx playwright test --config test/browser/screenshot.config.ts
import config from "./playwright.config";

export default { ...config, testIgnore: undefined, testMatch: "page/screenshot.spec.ts" };
