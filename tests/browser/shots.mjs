/*
 * Pictures of pages, for look.py: {name: [user, path]}, a folder, and what for:
 * "shots" takes all at two widths, light and dark; "readme" those of the README.
 */
import { createRequire } from "node:module";

const require = createRequire(process.env.ANTEROOM_MODULES + "/");
const { chromium } = require("playwright-core");

const BASE = process.env.ANTEROOM_URL;
const [, , table, folder, what] = process.argv;
const wanted = (process.env.NAMES || "").split(",").filter(Boolean);
const pages = Object.entries(JSON.parse(table))
	.filter(([name]) => !wanted.length || wanted.includes(name));

const browser = await chromium.launch({
	executablePath: process.env.ANTEROOM_CHROMIUM, args: ["--no-sandbox"],
});
const sessions = {};

async function session(user) {
	if (!sessions[user]) {
		const context = await browser.newContext();
		const page = await context.newPage();

		await page.goto(`${BASE}/login`);
		await page.fill("[name=name]", user);
		await page.fill("[name=password]",
			process.env.ANTEROOM_PASSWORD);
		await page.click("button");
		await page.waitForLoadState("load");
		sessions[user] = await context.storageState();
		await context.close();
	}
	return sessions[user];
}

async function shoot(name, [user, path], options, files) {
	const context = await browser.newContext({
		locale: "en-US", ...options, storageState: user
			? await session(user) : undefined,
	});
	const page = await context.newPage();

	await page.goto(BASE + path, { waitUntil: "load" });
	const { width } = options.viewport;
	const wide = await page.evaluate(
		() => document.documentElement.scrollWidth);

	if (wide > width) {
		console.log(`${name} at ${width}: ${wide} wide`);
	}
	for (const [file, more] of Object.entries(files)) {
		await page.screenshot({ path: `${folder}/${file}.png`, ...more });
	}
	await context.close();
}

async function shots() {
	for (const [name, where] of [...pages, ["login", [null, "/login"]]]) {
		for (const width of [390, 1440]) {
			for (const colorScheme of ["light", "dark"]) {
				const file = `${name}-${width}-${colorScheme}`;

				await shoot(name, where, {
					viewport: { width,
						height: width < 600 ? 844 : 900 },
					colorScheme,
				}, { [file]: {}, ...(colorScheme === "light" &&
					{ [`${file}-full`]: { fullPage: true } }) });
			}
		}
	}
	for (const name of ["board", "case-late", "case-long", "reports"]) {
		const where = pages.find(([other]) => other === name);

		if (where) {
			await shoot(name, where[1], {
				viewport: { width: 390, height: 844 },
				locale: "de-DE",
			}, { [`${name}-390-de`]: { fullPage: true } });
		}
	}
}

async function readme() {
	const images = { board: "board-media", reports: "reports" };

	for (const [file, name] of Object.entries(images)) {
		await shoot(name, Object.fromEntries(pages)[name], {
			viewport: { width: 1200, height: 760 },
		}, { [file]: {} });
	}
}

await { shots, readme }[what]();
await browser.close();
