"use strict";
// Zoom of pictures, ladder and axis of time, filter of messages. Without it everything can be read all the same; what
// it makes is hidden then.
(function () {
	function all(from, what) { return Array.prototype.slice.call(from.querySelectorAll(what)); }
	function add(parent, tag, text) {
		var e = document.createElement(tag);
		if (text)
			e.textContent = text;
		parent.appendChild(e);
		return e;
	}
	function said(bar) {
		var e = add(bar, "span");
		e.setAttribute("role", "status");
		return e;
	}
	// Buttons, + - 0 in the box, and the wheel with Ctrl. zoom(factor, x): 0 is as drawn; x: what stays where it is
	function zooming(bar, box, title, zoom, more, middle) {
		function button(text, name, act) {
			var b = add(bar, "button", text);
			b.type = "button";
			b.setAttribute("aria-label", name + ": " + title);
			b.addEventListener("click", act);
		}
		function centre() { return middle ? middle() : box.clientWidth / 2; }
		button("\u2212", "Smaller", function () { zoom(0.8, centre()); });
		button("+", "Larger", function () { zoom(1.25, centre()); });
		button("100 %", "As drawn", function () { zoom(0, centre()); });
		if (more)
			button("Fit", "Fit the width", more);
		box.addEventListener("keydown", function (e) {
			if (e.ctrlKey || e.metaKey || e.altKey || e.key.length !== 1 || "+-0".indexOf(e.key) < 0)
				return;
			zoom(e.key === "0" ? 0 : e.key === "+" ? 1.25 : 0.8, centre());
			e.preventDefault();
		});
		box.addEventListener("wheel", function (e) {
			if (!e.ctrlKey)
				return;
			zoom(e.deltaY < 0 ? 1.25 : 0.8, e.clientX - box.getBoundingClientRect().left);
			e.preventDefault();
		}, { passive: false });
		bar.hidden = false;
	}

	all(document, ".picture").forEach(function (figure) {
		var img = figure.querySelector("img"), box = figure.querySelector(".box"), bar = figure.querySelector(".zoom");
		var told, from = null;
		function natural() { return img.naturalWidth || 1; }
		function width(w, x) {
			var before = img.clientWidth || 1, at = (box.scrollLeft + (x || 0)) / before;
			var down = (box.scrollTop + box.clientHeight / 2) / (img.clientHeight || 1);
			w = Math.max(100, Math.min(8 * natural(), w));
			img.style.width = Math.round(w) + "px";
			img.style.height = "auto";
			if (x) {
				box.scrollLeft = at * img.clientWidth - x;
				box.scrollTop = down * img.clientHeight - box.clientHeight / 2;
			}
			told.textContent = Math.round(100 * w / natural()) + " %";
		}
		function room() { return figure.parentNode.clientWidth - 2; }
		zooming(bar, box, figure.querySelector("figcaption").textContent, function (factor, x) {
			width(factor ? img.clientWidth * factor : natural(), x);
		}, function () { width(room()); });
		told = said(bar);
		box.addEventListener("pointerdown", function (e) {
			if (e.pointerType === "mouse" && e.button === 0 && e.target === img)
				from = { x: e.clientX + box.scrollLeft, y: e.clientY + box.scrollTop };
		});
		box.addEventListener("pointermove", function (e) {
			if (from && e.buttons & 1) {
				box.scrollLeft = from.x - e.clientX;
				box.scrollTop = from.y - e.clientY;
			} else {
				from = null;
			}
		});
		img.draggable = false;
		function start() {
			if (natural() > room() && room() > 0.6 * natural())
				width(room());	// letters stay readable; else it is scrolled
		}
		if (img.complete)
			start();
		else
			img.addEventListener("load", start);
	});

	// ---- the axis of time ----
	function strip(figure, told) {
		var box = figure.querySelector(".box"), tracks = figure.querySelector(".tracks"), bar = figure.querySelector(".zoom");
		var marks = figure.querySelector(".scale .marks"), from = +marks.dataset.from, span = +marks.dataset.span;
		var links = all(figure, "a"), zoom = 1, shown, last = null;
		// the mark that was last looked at, else the one nearest to the middle, stays where it is
		function middle() {
			var left = box.getBoundingClientRect().left, half = box.clientWidth / 2;
			var name = tracks.querySelector("b").offsetWidth;
			var best = half, away = Infinity;
			function at(a) { return a.getBoundingClientRect().left - left; }
			if (last && !last.hidden && at(last) > name && at(last) < 2 * half)
				return at(last);
			links.forEach(function (a) {
				var x = at(a);
				if (!a.hidden && Math.abs(x - half) < away) {
					away = Math.abs(x - half);
					best = x;
				}
			});
			return best;
		}
		// only what is in sight: at the largest zoom there would be thousands
		function labels() {
			var width = marks.clientWidth || 1, step = 1, seen = box.clientWidth * span / width, k = 0, t, e, places;
			var left = from + box.scrollLeft * span / width;
			while (seen / step >= 8)
				step *= [2, 2.5, 2][k++ % 3];
			step = Math.round(step);
			places = step >= 1e6 ? 0 : step >= 1e3 ? 3 : 6;
			marks.textContent = "";
			for (t = Math.max(0, Math.floor(left / step)) * step; t <= left + seen; t += step) {
				e = add(marks, "span", (t / 1e6).toFixed(places));
				e.style.left = 100 * (t - from) / span + "%";
			}
		}
		zooming(bar, box, "axis of time", function (factor, x) {
			var name = tracks.querySelector("b").offsetWidth, at = (box.scrollLeft + x - name) / (marks.clientWidth || 1);
			zoom = factor ? Math.max(1, Math.min(2000, zoom * factor * (factor > 1 ? 1.28 : 0.78))) : 1;
			tracks.style.setProperty("--zoom", zoom);
			box.scrollLeft = at * marks.clientWidth + name - x;
			shown.textContent = zoom < 10 ? Math.round(100 * zoom) + " %" : Math.round(zoom) + " times";
			labels();
		}, null, middle);
		shown = said(bar);
		box.addEventListener("scroll", labels);
		// one stop of the Tab key for all marks; the arrow keys go from one to the next in time
		links.sort(function (a, b) { return +a.hash.slice(2) - +b.hash.slice(2); });
		if (links[0])
			links[0].tabIndex = 0;
		function tell(a) {
			var row = document.querySelector(a.hash + " .row");
			last = a;
			told.hidden = false;
			told.textContent = all(row, ".num, .ends, .what").map(function (e) { return e.textContent; }).join("  ");
		}
		tracks.addEventListener("keydown", function (e) {
			var way = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[e.key], i = links.indexOf(e.target), k;
			var seen = links.filter(function (a) { return !a.hidden; });
			if (!way || i < 0 || !seen.length)
				return;
			k = Math.max(0, Math.min(seen.length - 1, seen.indexOf(e.target) + way));
			links[i].tabIndex = -1;
			seen[k].tabIndex = 0;
			seen[k].focus();
			e.preventDefault();
		});
		tracks.addEventListener("focusin", function (e) { if (e.target.hash) tell(e.target); });
		tracks.addEventListener("pointerover", function (e) { if (e.target.hash) tell(e.target); });
		told.hidden = false;
		told.textContent = "A mark: its line is shown here; a click opens it in the ladder.";
		return links;
	}

	// ---- a line that a mark or an address leads to opens, and stands on top ----
	function open_line(hash) {
		var line = /^#m[0-9]+$/.test(hash) && document.querySelector(hash), box, head, d;
		if (!line)
			return;
		all(document, ".chosen").forEach(function (e) { e.classList.remove("chosen"); });
		line.hidden = false;
		line.classList.add("chosen");
		d = line.querySelector("details");
		if (d)
			d.open = true;
		box = line.closest(".ladder");
		head = box.querySelector(".head").offsetHeight;
		box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - head;
		box.scrollIntoView({ block: "nearest" });
		d = line.querySelector("summary");
		if (d)
			d.focus({ preventScroll: true });
	}
	window.addEventListener("hashchange", function () { open_line(location.hash); });
	document.addEventListener("click", function (e) {
		var mark = e.target.closest && e.target.closest(".marks a");
		if (!mark)
			return;
		e.preventDefault();
		open_line(mark.hash);
	});

	// ---- the ladder ----
	all(document, ".filter").forEach(function (bar) {
		var section = bar.parentNode, rows = all(section, ".messages > div"), ladder = section.querySelector(".ladder");
		var figure = section.querySelector(".strip"), links = figure ? strip(figure, figure.querySelector(".told")) : [];
		var node, message, text, told, lanes, wide = 1;
		function labelled(label, tag) {
			var l = add(bar, "label", label + " ");
			return add(l, tag);
		}
		function choice(label, none, values) {
			var s = labelled(label, "select");
			add(s, "option", none).value = "";
			Object.keys(values).sort().forEach(function (v) { add(s, "option", v).value = v; });
			s.addEventListener("change", show);
			return s;
		}
		function fits(d) {
			return !(node.value && d.from !== node.value && d.to !== node.value) &&
				!(message.value && d.message !== message.value);
		}
		function show() {
			var n = 0, has = text.value.toLowerCase(), gone = Object.create(null);
			rows.forEach(function (r) {
				r.hidden = !fits(r.dataset) || (has && r.textContent.toLowerCase().indexOf(has) < 0);
				gone[r.id] = r.hidden;
				n += r.hidden ? 0 : 1;
			});
			links.forEach(function (a) { a.hidden = gone[a.hash.slice(1)]; });
			told.textContent = n + " of " + rows.length + " shown";
		}
		function values(of) {
			var found = Object.create(null);
			rows.forEach(function (r) { of(r.dataset).forEach(function (v) { if (v) found[v] = 1; }); });
			return found;
		}
		function button(name, act) {
			var b = add(bar, "button", name);
			b.type = "button";
			b.addEventListener("click", act);
		}
		node = choice("Node", "all", values(function (d) { return [d.from, d.to]; }));
		message = choice("Message", "all", values(function (d) { return [d.message]; }));
		text = labelled("With the words", "input");
		text.type = "search";
		text.size = 12;
		text.addEventListener("input", show);
		button("Close all", function () { all(ladder, "details[open]").forEach(function (d) { d.open = false; }); });
		told = said(bar);
		bar.hidden = false;
		show();
		lanes = document.createElement("div");
		lanes.className = "zoom lanes";
		add(lanes, "span", "Width of the lanes");
		ladder.parentNode.insertBefore(lanes, ladder);
		zooming(lanes, ladder, "lanes of the ladder", function (factor) {
			wide = factor ? Math.max(0.3, Math.min(5, wide * factor)) : 1;
			ladder.style.setProperty("--wide", wide);
		});
	});
	open_line(location.hash);
})();
