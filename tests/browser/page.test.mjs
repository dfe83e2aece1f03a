// The page of a report in a real browser: at three widths, light and dark, with scripts
// and without, printed, by keyboard, and judged by axe. The page is that of the demo. Needs
// SLOPNEXUS (the program) and CHROMIUM (a browser).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { SLOPNEXUS, CHROMIUM = "/usr/bin/chromium" } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const WIDTHS = [1280, 768, 390];

let browser, folder, address;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "slopnexus-page-"));
  const demo = join(folder, "demo");
  execFileSync(SLOPNEXUS, ["demo", "--output", demo]);
  address = `file://${join(demo, "report.html")}`;
  // A browser that looks for nothing by itself, so that every request is the page's.
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: CHROMIUM, args });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// Opens the page, and says at the end what it asked for and what it complained of.
async function opened(options, look) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble = [];
  page.on("request", (one) => {
    if (one.url() !== address) trouble.push(`asked for ${one.url()}`);
  });
  page.on("console", (one) => trouble.push(`${one.type()}: ${one.text()}`));
  page.on("pageerror", (error) => trouble.push(String(error)));
  await page.goto(address);
  await look(page);
  await context.close();
  assert.deepEqual(trouble, []);
}

for (const width of WIDTHS) {
  for (const colorScheme of ["light", "dark"]) {
    for (const javaScriptEnabled of [true, false]) {
      const name = `${width} wide, ${colorScheme}, scripts ${javaScriptEnabled ? "on" : "off"}`;
      test(`the page shows its answer and is no wider than the screen: ${name}`, async () => {
        const viewport = { width, height: 900 };
        await opened({ viewport, colorScheme, javaScriptEnabled }, async (page) => {
          assert.ok(await page.locator("h1").isVisible());
          assert.ok(await page.locator(".lead").isVisible());
          assert.ok(await page.locator("#lives svg").first().isVisible());
          const box = await page.locator("main").boundingBox();
          assert.ok(box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
          // What sticks out of its container is seen here alone.
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${wide} wide`);
          const title = await page.locator("h1").boundingBox();
          assert.ok(title.x + title.width <= width, JSON.stringify(title));
        });
      });
    }
  }
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing: ${width} wide, ${colorScheme}`, async () => {
      const viewport = { width, height: 900 };
      // The policy of the page keeps scripts of others out, this one among them.
      await opened({ viewport, colorScheme, bypassCSP: true }, async (page) => {
        // What is folded away is looked at, too.
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
        await page.evaluate(AXE);
        const found = await page.evaluate(() => axe.run());
        const words = found.violations.map((one) =>
          `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
        assert.deepEqual(words, []);
        assert.ok(found.passes.length > 20, `${found.passes.length} rules looked at something`);
      });
    });
  }
}

test("tables sort, both ways, and say how they are sorted", async () => {
  await opened({}, async (page) => {
    const table = page.locator("#deaths table").first();
    const head = table.locator("thead th").nth(1);
    const numbers = async () => {
      const cells = await table.locator("tbody tr td:nth-child(2)").allTextContents();
      return cells.map((text) => Number(text.replaceAll(",", "")));
    };
    await head.getByRole("button").press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const up = await numbers();
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    assert.ok(up.length > 2 && up[0] < up.at(-1), `${up}`);
    await head.getByRole("button").press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.deepEqual(await numbers(), up.reverse());
  });
});

for (const javaScriptEnabled of [true, false]) {
  test(`one of several drawings is chosen by keyboard, scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    await opened({ javaScriptEnabled }, async (page) => {
      const choice = page.locator(".choice").first();
      const options = choice.locator("> .option");
      assert.ok((await options.count()) > 1);
      assert.ok(await options.nth(0).isVisible());
      assert.ok(!(await options.nth(1).isVisible()));
      await choice.locator("> input").first().focus();
      await page.keyboard.press("ArrowRight");
      assert.ok(!(await options.nth(0).isVisible()));
      assert.ok(await options.nth(1).isVisible());
    });
  });
}

test("the policy stops what would be sent", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answered = [];
  page.on("response", (one) => answered.push(one.url()));
  await page.goto(address);
  const sent = await page.evaluate(() =>
    fetch("https://x.invalid/").then(() => "sent", (error) => String(error)));
  assert.notEqual(sent, "sent");
  const image = await page.evaluate(() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
    const image = new Image();
    image.src = "https://x.invalid/a.png";
    document.body.append(image);
  }));
  assert.equal(image, "img-src");
  assert.deepEqual(answered, [address]);
  await context.close();
});

test("in print nothing that can be chosen is left out", async () => {
  await opened({}, async (page) => {
    await page.emulateMedia({ media: "print" });
    const options = page.locator(".choice").first().locator("> .option");
    for (const option of await options.all()) assert.ok(await option.isVisible());
    assert.ok(!(await page.locator("nav").isVisible()));
    // The numbers behind a drawing are folded away on a screen and not on paper.
    assert.ok(await page.locator("#lives details table").first().isVisible());
    await page.emulateMedia({ media: null });
    const printed = await page.pdf({ format: "A4" });
    assert.ok(printed.length > 20_000, `${printed.length} bytes`);
  });
});
