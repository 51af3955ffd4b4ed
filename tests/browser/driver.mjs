/*
 * The browser's side of test_browser.py: reads a scenario's name a line, plays
 * it in headless Chromium, answers with {"done":true} or {"failed":"why"}. In
 * between it may ask for things to happen outside: {"ask":{...}}.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.ANTEROOM_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const BASE = process.env.ANTEROOM_URL;
const PASSWORD = process.env.ANTEROOM_PASSWORD;
const PATIENCE_MS = 20000;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");
const hear = async () => JSON.parse((await lines.next()).value);

async function ask(what) {
	say({ ask: what });
	return (await hear()).answer;
}

const browser = await chromium.launch({
	executablePath: process.env.ANTEROOM_CHROMIUM,
	args: ["--no-sandbox", "--disable-gpu"],
});
const sessions = {};

/* What a browser says when something ran, or wanted to, that must not. */
function listen(page, wrong) {
	page.on("dialog", async (dialog) => {
		wrong.push(`dialog: ${dialog.message()}`);
		await dialog.dismiss();
	});
	page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
	page.on("console", (message) => {
		if (/Content Security Policy|Refused to/.test(message.text())) {
			wrong.push(`console: ${message.text()}`);
		}
	});
	page.on("request", (request) => {
		if (!request.url().startsWith(BASE)) {
			wrong.push(`request: ${request.url()}`);
		}
	});
}

async function login(page, name, password = PASSWORD) {
	await page.goto(`${BASE}/login`);
	await page.fill("[name=name]", name);
	await page.fill("[name=password]", password);
	await page.click("button");
}

/* Whoever logs in once stays: hashing a password is slow on purpose. */
async function session(name) {
	if (!sessions[name]) {
		const context = await browser.newContext();

		await login(await context.newPage(), name);
		sessions[name] = await context.storageState();
		await context.close();
	}
	return sessions[name];
}

/* Runs PLAY with a page of NAME's; nothing may have gone wrong by then. */
async function as(name, options, play) {
	const context = await browser.newContext({
		viewport: { width: 1440, height: 900 }, locale: "en-US",
		...options, storageState: await session(name),
	});
	const page = await context.newPage();
	const wrong = [];

	page.setDefaultTimeout(PATIENCE_MS);
	listen(page, wrong);
	try {
		await play(page);
	} finally {
		await context.close();
	}
	assert.deepEqual(wrong, []);
}

const open = (page, path) => page.goto(BASE + path, { waitUntil: "load" });
const row = (page, id) => page.locator(`[data-case="${id}"]`);

/* How far the page is wider than the window, and by what. */
const wider = (page) => page.evaluate(() => {
	const width = document.documentElement.clientWidth;

	if (document.documentElement.scrollWidth <= width) {
		return [];
	}
	return [...document.querySelectorAll("body *")]
		.filter((e) => e.getBoundingClientRect().right > width + 1)
		.slice(-3).map((e) => e.outerHTML.slice(0, 200));
});

async function fits(page, path, width) {
	await page.setViewportSize({ width, height: 844 });
	await open(page, path);
	assert.deepEqual(await wider(page), [], `${path} at ${width}`);
}

/* Fills and sends the form of ACT on a case's page. */
async function act(page, id, name, fill) {
	await open(page, `/cases/${id}`);
	const form = page.locator(`form[action="/cases/${id}/${name}"]`).last();
	const details = page.locator(`#act-${name}`);

	if (await details.count()) {
		await details.locator("summary").click();
	}
	await fill(form);
	await form.locator("button").click();
	await page.waitForURL(`${BASE}/cases/${id}`, { timeout: 8000 })
		.catch(async (error) => assert.fail(error + await
			page.locator("main").textContent()));
	await page.waitForLoadState("load");
}

async function undo(page, says) {
	const form = page.locator("form.undo");

	assert.match(await form.textContent(), says);
	await form.locator("button").click();
	await page.waitForLoadState("load");
}

const shown = async (id) => ask({ show: id });

async function work(page, id) {
	await act(page, id, "note", (form) =>
		form.locator("textarea").fill("<b>called</b> her back"));
	assert.match(await page.locator(".events").textContent(),
		/<b>called<\/b> her back/);
	await act(page, id, "route", (form) =>
		form.locator("select").selectOption("media"));
	assert.equal((await shown(id)).team, "media");
	await undo(page, /handed it over/);
	assert.equal((await shown(id)).team, "care");
	await act(page, id, "urgency", (form) =>
		form.locator("select").selectOption("low"));
	assert.equal((await shown(id)).urgency.level, "low");
	await act(page, id, "answered", (form) =>
		form.locator("[name=how]").fill("by telephone"));
	await act(page, id, "pause", async (form) => {
		await form.locator("select").selectOption("7d");
		await form.locator("[name=reason]").fill("waits for the bank");
	});
	assert.equal((await shown(id)).state, "paused");
	await undo(page, /paused it/);
	assert.equal((await shown(id)).state, "answered");
	await act(page, id, "close", (form) =>
		form.locator("[name=reason]").fill("settled"));
	assert.equal((await shown(id)).state, "closed");
	await undo(page, /closed it/);
	assert.equal((await shown(id)).state, "answered");
}

/* Rules by which axe says what is serious. */
async function accessible(page, path) {
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run(document, {
		resultTypes: ["violations"],
	}));
	const bad = found.violations
		.filter((v) => ["serious", "critical"].includes(v.impact))
		.map((v) => `${path}: ${v.id}: ${v.nodes[0].html} ` +
			v.nodes[0].failureSummary);

	assert.deepEqual(bad, []);
}

/* Nothing ran, and nothing is there that could. */
async function harmless(page, what) {
	assert.equal(await page.evaluate(() => "hit" in window), false, what);
	assert.equal(await page.locator(
		"main :is(script, style, iframe, img, object, embed, " +
		"[style], [onerror], [onload])").count(), 0, what);
}

const scenarios = {
	async login() {
		const context = await browser.newContext({ locale: "en-US" });
		const page = await context.newPage();

		await login(page, "ea", "not the password");
		assert.match(await page.locator("[role=alert]").textContent(),
			/wrong/);
		await login(page, "ea");
		await page.waitForURL(`${BASE}/`);
		assert.match(await page.locator(".who").textContent(), /ea/);
		await page.locator(".who button").click();
		await page.waitForURL(`${BASE}/login`);
		await open(page, "/reports");
		assert.match(page.url(), /\/login\?next=/);
		await context.close();
	},

	/* A letter that comes through the filter shows without a reload. */
	async live() {
		await as("ea", {}, async (page) => {
			await open(page, "/");
			await page.evaluate(() => { window.stays = true; });
			const begin = Date.now();

			await ask({ smtp: "Gateway down, shop 77" });
			const taken = Date.now();

			await page.locator("[data-case]",
				{ hasText: "Gateway down, shop 77" }).waitFor();
			say({ note: `sent in ${taken - begin} ms, shown ` +
				`${Date.now() - taken} ms later` });
			assert.equal(await page.evaluate(() => window.stays), true);
		});
	},

	async numbers() {
		await as("ea", {}, async (page) => {
			const status = await ask({ status: true });
			const sum = (name) => status.teams.reduce(
				(n, team) => n + team[name], 0);

			await open(page, "/");
			const tiles = await page.locator(".tiles b").allTextContents();

			const late = await page.locator(".list.overdue .case")
				.count();

			assert.equal(late, sum("overdue"));
			assert.deepEqual(tiles.slice(0, 5).map(Number),
				["overdue", "due_soon", "open", "paused", "answered"]
					.map(sum));
		});
	},

	async work({ id }) {
		await as("ea", {}, (page) => work(page, id));
	},

	async work_without_script({ id }) {
		await as("ea", { javaScriptEnabled: false },
			(page) => work(page, id));
	},

	async filter() {
		await as("ea", {}, async (page) => {
			await open(page, "/");
			await page.evaluate(() => { window.stays = true; });
			await page.selectOption("[name=state]", "answered");
			await page.waitForURL(/state=answered/);
			await page.locator(".list.found").waitFor();
			assert.equal(await page.evaluate(() => window.stays), true);
			await page.fill("[name=search]", "no such words anywhere");
			await page.locator(".lists .empty").waitFor();
			assert.match(page.url(), /search=no\+such/);
		});
	},

	/* A page that isn't live is asked for anew. */
	async filter_reports() {
		await as("ea", {}, async (page) => {
			await open(page, "/reports");
			await page.selectOption("[name=team]", "media");
			await page.waitForURL(/team=media/);
			await page.locator("#teams").waitFor();
			assert.equal(await page.locator(
				"section:has(#teams) tbody tr").count(), 1);
		});
	},

	/* The login ends while somebody writes: what was written is there
	 * again afterwards, once. */
	async draft({ id }) {
		const context = await browser.newContext({ locale: "en-US" });
		const page = await context.newPage();
		const note = () => page.locator(
			`form[action="/cases/${id}/note"] textarea`);

		page.setDefaultTimeout(PATIENCE_MS);
		await login(page, "ea");
		await open(page, `/cases/${id}`);
		await note().fill("a long story");
		await page.locator("#act-close summary").click();
		await page.locator("#act-close [name=reason]").fill("settled");
		await context.clearCookies();
		await ask({ smtp: "Meanwhile, shop 78" });
		await page.locator(".note-line", { hasText: "has ended" })
			.waitFor();
		assert.equal(await note().inputValue(), "a long story");
		await page.locator(
			`form[action="/cases/${id}/note"] button`).click();
		await page.waitForURL(/\/login/);
		await page.fill("[name=name]", "ea");
		await page.fill("[name=password]", PASSWORD);
		await page.click("button");
		await open(page, `/cases/${id}`);
		assert.equal(await note().inputValue(), "a long story");
		assert.equal(await page.locator(
			"#act-close [name=reason]").inputValue(), "settled");
		await page.locator(
			`form[action="/cases/${id}/note"] button`).click();
		await page.locator(".events", { hasText: "a long story" })
			.waitFor();
		assert.equal(await note().inputValue(), "");
		await page.locator(".who button").click();
		await page.waitForURL(`${BASE}/login`);
		assert.equal(await page.evaluate(
			() => sessionStorage.drafts), "{}");
		await context.close();
	},

	/* What somebody else does shows, but for where one is at work. */
	async two({ id }) {
		await as("ea", {}, (page) => as("lee", {}, async (other) => {
			await open(page, `/cases/${id}`);
			await open(other, `/cases/${id}`);
			await page.locator("#act-route summary").click();
			await act(other, id, "answered", (form) =>
				form.locator("[name=how]").fill("by telephone"));
			await page.locator(".chip.state", { hasText: "answered" })
				.waitFor();
			await page.locator(".live-clocks",
				{ hasText: "has ended" }).waitFor();
			assert.ok(await page.locator("#act-route").evaluate(
				(details) => details.open));
			await act(page, id, "close", (form) =>
				form.locator("[name=reason]").fill("settled"));
			await other.locator("#act-reopen").waitFor();
			assert.equal(await other.locator("#act-close").count(), 0);
		}));
	},

	/* What can't be done says why, keeps what was written, and the page is
	 * that of the case. */
	async refused({ id }) {
		await as("lee", {}, async (page) => {
			const into = page.locator("#act-merge [name=into]");

			await open(page, `/cases/${id}`);
			await page.locator("#act-merge summary").click();
			await into.fill("AR-999999");
			await page.locator("#act-merge button").click();
			assert.equal(await page.locator(".problem").textContent(),
				"There is no case AR-999999.");
			assert.equal(await into.inputValue(), "AR-999999");
			await page.waitForURL(`${BASE}/cases/${id}`);
			await act(page, id, "note", (form) =>
				form.locator("textarea").fill("then not"));
		});
	},

	/* On a phone too what is late comes first. */
	async first_things_first({ id }) {
		await as("ea", { viewport: { width: 390, height: 844 } },
			async (page) => {
				await open(page, "/");
				const row = await page.locator(".case").first()
					.boundingBox();

				assert.ok(row.y + row.height < 600, `${row.y}`);
				await open(page, `/cases/${id}`);
				const tops = await page.evaluate(() =>
					[".case-head", "#clocks", "#text", "#acts",
						"#timeline", "#why"].map((part) => document
						.querySelector(part)
						.getBoundingClientRect().top));

				assert.deepEqual(tops,
					[...tops].sort((a, b) => a - b));
			});
	},

	async filter_without_script() {
		await as("ea", { javaScriptEnabled: false }, async (page) => {
			await open(page, "/");
			await page.selectOption("[name=state]", "answered");
			await page.locator("form.filter button").click();
			await page.waitForURL(/state=answered/);
			assert.ok(await page.locator(".list.found .case").count() > 0);
		});
	},

	async keys() {
		await as("ea", {}, async (page) => {
			await open(page, "/");
			const second = await page.locator("[data-case]").nth(1)
				.getAttribute("data-case");
			const chosen = () => page.locator(".chosen")
				.getAttribute("data-case");

			await page.keyboard.press("j");
			await page.keyboard.press("j");
			assert.equal(await chosen(), second);
			await ask({ smtp: "In between, shop 79" });
			await page.locator("[data-case]",
				{ hasText: "In between, shop 79" }).waitFor();
			assert.equal(await chosen(), second);
			assert.equal(await page.evaluate(() => document
				.activeElement.closest("[data-case]")?.dataset.case),
			second);
			await page.keyboard.press("k");
			assert.notEqual(await chosen(), second);
			await page.keyboard.press("?");
			assert.ok(await page.locator("#keys").isVisible());
			await page.keyboard.press("Escape");
			await page.keyboard.press("j");
			await page.keyboard.press("o");
			await page.waitForURL(`${BASE}/cases/${second}`);
			await page.keyboard.press("r");
			assert.equal(await page.evaluate(
				() => document.activeElement.name), "team");
			await open(page, "/");
			await page.keyboard.press("j");
			await page.keyboard.press("c");
			await page.waitForURL(/#act-close$/);
			assert.equal(await page.evaluate(
				() => document.activeElement.name), "reason");
		});
	},

	async german() {
		await as("ea", { locale: "de-DE" }, async (page) => {
			await open(page, "/");
			assert.equal(await page.getAttribute("html", "lang"), "de");
			assert.match(await page.locator(".tiles").textContent(),
				/überfällig/);
			assert.equal(await page.locator(
				"nav [aria-current=page]").textContent(), "Übersicht");
		});
	},

	async phone({ user, paths }) {
		await as(user, {}, async (page) => {
			for (const path of paths) {
				await fits(page, path, 390);
			}
			await fits(page, paths[0], 2560);
		});
	},

	async accessible({ user, paths }) {
		await as(user, {}, async (page) => {
			for (const path of paths) {
				await open(page, path);
				for (const colorScheme of ["light", "dark"]) {
					await page.emulateMedia({ colorScheme });
					await accessible(page,
						`${path} ${colorScheme}`);
				}
			}
		});
	},

	/* Nothing runs, nothing leaves the window; TEXTS are shown as they
	 * are, but for what doesn't show. */
	async hostile_people() {
		await as("root", {}, async (page) => {
			await fits(page, "/people", 390);
			await harmless(page, "/people");
		});
	},

	async hostile({ paths, texts, letters }) {
		await as("ea", {}, async (page) => {
			for (const path of paths) {
				await fits(page, path, 390);
				await harmless(page, path);
			}
			for (const letter of letters) {
				await open(page, "/rules");
				await page.locator("textarea").fill(letter);
				await page.locator("main form button").click();
				await page.waitForLoadState("load");
				await page.locator(
					".chips[role=status]").waitFor();
				await page.setViewportSize(
					{ width: 390, height: 844 });
				await harmless(page, letter);
				assert.deepEqual(await wider(page), [], letter);
			}
			let board = "";

			for (const path of ["/?state=open", "/?state=open&skip=100"]) {
				await open(page, path);
				board += await page.locator("main").textContent();
			}
			for (const text of texts) {
				assert.ok(board.includes(text), text);
			}
		});
	},
};

for (;;) {
	const next = await lines.next();

	if (next.done) {
		break;
	}
	const { run, args } = JSON.parse(next.value);

	try {
		await scenarios[run](args || {});
		say({ done: true });
	} catch (error) {
		say({ failed: String(error.stack || error).slice(0, 6000) });
	}
}
await browser.close();
