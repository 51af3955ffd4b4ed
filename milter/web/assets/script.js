/*
 * What makes the pages livelier; every page is complete without it. Nothing
 * here makes HTML of data: fresh parts come from the server, printed there.
 */
"use strict";

(() => {
	const words = document.body.dataset;
	const POLL_MS = 30000;

	/* ---- time left, counted on ---- */

	function apart(seconds) {
		const s = Math.abs(seconds);
		const minutes = Math.floor(s / 60) % 60;
		const hours = Math.floor(s / 3600) % 24;
		const days = Math.floor(s / 86400);

		if (s < 3600) {
			return `${minutes} min`;
		}
		if (days === 0) {
			return minutes ? `${hours} h ${minutes} min`
				: `${hours} h`;
		}
		return hours ? `${days} ${words.day} ${hours} h`
			: `${days} ${words.day}`;
	}

	function tick() {
		const now = Date.now() / 1000;

		for (const time of document.querySelectorAll("[data-due]")) {
			const left = Number(time.dataset.due) - now;
			const text = (left > 0 ? words.left : words.late)
				.replace("%s", apart(left));

			if (time.textContent !== text) {
				time.textContent = text;
			}
			if (left <= 0) {
				time.parentElement.classList.remove("soon");
				time.parentElement.classList.add("late");
			}
		}
	}

	/* ---- fresh parts, without a reload ---- */

	let busy = false, again = false;

	/* Is somebody at work in it? Then it stays as it is. */
	const inUse = (part) => part.querySelector("details[open]") !== null ||
		[...part.querySelectorAll("textarea, input:not([type=hidden])")]
			.some((field) => field.value !== field.defaultValue ||
				field === document.activeElement);

	/* Replaces what is marked data-live by what the server says now. */
	function take(text) {
		const fresh = new DOMParser().parseFromString(text, "text/html");
		const known = new Set([...document.querySelectorAll(
			"[data-case]")].map((row) => row.dataset.case));
		const held = document.querySelector(".chosen");
		const focused = held?.contains(document.activeElement);

		for (const part of document.querySelectorAll("[data-live]")) {
			const other = fresh.querySelector(
				`[data-live="${part.dataset.live}"]`);

			if (other && other.innerHTML !== part.innerHTML &&
				!inUse(part)) {
				part.replaceChildren(...other.childNodes);
			}
		}
		for (const row of document.querySelectorAll("[data-case]")) {
			if (!known.has(row.dataset.case)) {
				row.classList.add("fresh");
			}
		}
		if (held) {
			const row = document.querySelector(
				`[data-case="${held.dataset.case}"]`);

			choose(row, false);
			if (focused) {
				row?.querySelector("a")
					.focus({preventScroll: true});
			}
		}
		tick();
	}

	async function refresh(url) {
		if (busy) {
			again = true;
			return;
		}
		busy = true;
		try {
			/* A page that is left open keeps no login alive. */
			const answer = await fetch(url || location.href, {
				credentials: "same-origin",
				headers: url ? {} : {"X-By-Itself": "1"},
			});

			if (answer.redirected) {
				loggedOut();
			} else if (answer.ok) {
				take(await answer.text());
			}
		} catch {
			/* The next event or minute tries again. */
		}
		busy = false;
		if (again) {
			again = false;
			refresh();
		}
	}

	function tell(text) {
		const line = document.querySelector(".note-line") ||
			document.createElement("p");

		line.className = "note-line";
		line.setAttribute("role", "status");
		line.textContent = text;
		document.querySelector("main").before(line);
	}

	function alive(is) {
		if (!is) {
			tell(words.lost);
		} else {
			document.querySelector(".note-line")?.remove();
		}
	}

	/* What was being written stays where it is. */
	function loggedOut() {
		if ([...document.querySelectorAll("[data-live]")].some(inUse)) {
			tell(words.ended);
		} else {
			location.reload();
		}
	}

	function listen() {
		const source = new EventSource("/events");
		let lost = 0;

		source.onopen = () => {
			clearTimeout(lost);
			alive(true);
			refresh();
		};
		source.onmessage = () => refresh();
		source.addEventListener("change", () => refresh());
		source.onerror = () => {
			clearTimeout(lost);
			lost = setTimeout(() => alive(false), 5000);
		};
	}

	/* ---- filters ---- */

	function filter(form) {
		const query = new URLSearchParams();

		for (const [name, value] of new FormData(form)) {
			if (value) {
				query.set(name, value);
			}
		}
		const url = location.pathname +
			(query.size ? `?${query}` : "");

		/* Reports are too much to be asked for at each change. */
		if (!document.querySelector("[data-live]")) {
			location.assign(url);
			return;
		}
		history.pushState(null, "", url);
		refresh(url);
	}

	function watch(form) {
		let wait = 0;

		form.addEventListener("submit", (event) => {
			event.preventDefault();
			filter(form);
		});
		form.addEventListener("change", () => filter(form));
		form.addEventListener("input", (event) => {
			if (event.target.type === "search") {
				clearTimeout(wait);
				wait = setTimeout(() => filter(form), 300);
			}
		});
		addEventListener("popstate", () => location.reload());
	}

	/* ---- keys ---- */

	const rows = () => [...document.querySelectorAll("[data-case]")];
	const chosen = () => document.querySelector(".chosen");

	function choose(row, move = true) {
		chosen()?.classList.remove("chosen");
		if (row) {
			row.classList.add("chosen");
			if (move) {
				row.querySelector("a").focus();
				row.scrollIntoView({block: "nearest"});
			}
		}
	}

	function step(by) {
		const all = rows();
		const at = all.indexOf(chosen());
		const next = at < 0 ? (by > 0 ? 0 : all.length - 1)
			: Math.min(Math.max(at + by, 0), all.length - 1);

		choose(all[next]);
	}

	/* Opens a form of the case's page, also from the board. */
	function act(name) {
		const details = document.getElementById(`act-${name}`);
		const link = chosen()?.querySelector("a");

		if (details) {
			details.open = true;
			details.querySelector("select, input:not([type=hidden])")
				?.focus();
			details.scrollIntoView({block: "nearest"});
		} else if (link) {
			location.href = `${link.href}#act-${name}`;
		}
	}

	const keys = {
		j: () => step(1),
		k: () => step(-1),
		o: () => chosen()?.querySelector("a").click(),
		r: () => act("route"),
		c: () => act("close"),
		"?": () => document.getElementById("keys")?.showModal(),
	};

	addEventListener("keydown", (event) => {
		const writes = event.target.closest(
			"input, select, textarea, dialog[open]");

		if (event.ctrlKey || event.altKey || event.metaKey || writes ||
			!Object.hasOwn(keys, event.key)) {
			return;
		}
		event.preventDefault();
		keys[event.key]();
	});

	/* ---- what was written and didn't arrive ---- */

	const DRAFTS = "drafts";
	const who = document.querySelector(".who b")?.textContent;
	const nameOf = (field) =>
		[who, new URL(field.form.action).pathname, field.name].join(" ");
	const drafts = () => JSON.parse(sessionStorage[DRAFTS] || "{}");
	const keep = (all) => { sessionStorage[DRAFTS] = JSON.stringify(all); };
	const fields = () => document.querySelectorAll(
		".act textarea, .act input:not([type=hidden])");

	/* Once it was sent and a page without a problem came, it has arrived;
	 * after a problem, or a new login, it is in its place again. */
	function restore() {
		const all = drafts();

		if (document.querySelector(".problem") || !who) {
			for (const draft of Object.values(all)) {
				draft.sent = false;
			}
		}
		for (const [name, draft] of Object.entries(all)) {
			if (draft.sent || (who && !name.startsWith(who + " "))) {
				delete all[name];
			}
		}
		keep(all);
		for (const field of fields()) {
			const draft = all[nameOf(field)];

			if (draft && field.value === "") {
				const details = field.closest("details");

				field.value = draft.text;
				if (details) {
					details.open = true;
				}
			}
		}
	}

	addEventListener("input", (event) => {
		if (event.target.closest(".act")) {
			const all = drafts();

			all[nameOf(event.target)] = {text: event.target.value};
			keep(all);
		}
	});
	addEventListener("submit", (event) => {
		const all = drafts();

		if (event.target.matches(".who")) {
			keep({});
			return;
		}
		for (const field of event.target.elements) {
			if (field.name && all[nameOf(field)]) {
				all[nameOf(field)].sent = true;
			}
		}
		keep(all);
	});

	/* ---- begin ---- */

	document.documentElement.classList.add("live");
	/* What was refused isn't sent again by a reload, and can be looked at. */
	if (document.querySelector(".case-page") &&
		location.pathname.split("/").length > 3) {
		history.replaceState(null, "",
			location.pathname.split("/").slice(0, 3).join("/"));
	}
	restore();

	/* After the browser has gone where the address points. */
	const arrive = () => setTimeout(() => {
		if (/^#act-[a-z]+$/.test(location.hash)) {
			act(location.hash.slice(5));
		}
	});

	addEventListener("load", arrive);
	addEventListener("hashchange", arrive);
	tick();
	setInterval(tick, 10000);
	if (document.querySelector("[data-live]")) {
		listen();
		setInterval(refresh, POLL_MS, "");
	}
	document.querySelectorAll("form.filter").forEach(watch);
})();
