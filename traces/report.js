"use strict";
// Zoom of pictures, filter of messages. Without it everything can be read all the same; what it makes is hidden then.
(function () {
	function add(parent, tag, text) {
		var e = document.createElement(tag);
		if (text)
			e.textContent = text;
		parent.appendChild(e);
		return e;
	}

	document.querySelectorAll(".picture").forEach(function (figure) {
		var img = figure.querySelector("img"), box = figure.querySelector(".box"), bar = figure.querySelector(".zoom");
		var title = figure.querySelector("figcaption").textContent, said;
		function natural() { return img.naturalWidth || 1; }
		function width(w) {
			w = Math.max(100, Math.min(8 * natural(), w));
			img.style.width = Math.round(w) + "px";
			img.style.height = "auto";
			said.textContent = Math.round(100 * w / natural()) + " %";
		}
		function button(text, name, make) {
			var b = add(bar, "button", text);
			b.type = "button";
			b.setAttribute("aria-label", name + ": " + title);
			b.addEventListener("click", function () { width(make()); });
		}
		button("\u2212", "Smaller", function () { return img.clientWidth / 1.25; });
		button("+", "Larger", function () { return img.clientWidth * 1.25; });
		button("100 %", "As drawn", natural);
		button("Fit", "Fit the width", function () { return box.clientWidth; });
		said = add(bar, "span");
		said.setAttribute("role", "status");
		box.addEventListener("keydown", function (e) {
			if (e.ctrlKey || e.metaKey || e.altKey || "+-0".indexOf(e.key) < 0)
				return;
			width(e.key === "0" ? natural() : img.clientWidth * (e.key === "+" ? 1.25 : 0.8));
			e.preventDefault();
		});
		bar.hidden = false;
		function start() {
			if (box.clientWidth >= 800 && natural() > box.clientWidth)
				width(box.clientWidth);
		}
		if (img.complete)
			start();
		else
			img.addEventListener("load", start);
	});

	document.querySelectorAll(".filter").forEach(function (bar) {
		var rows = Array.prototype.slice.call(bar.parentNode.querySelectorAll(".messages tbody tr"));
		var node, message, said;
		function choice(label, all, values) {
			var l = add(bar, "label", label + " "), s = add(l, "select");
			add(s, "option", all).value = "";
			Object.keys(values).sort().forEach(function (v) { add(s, "option", v).value = v; });
			s.addEventListener("change", show);
			return s;
		}
		function show() {
			var n = 0;
			rows.forEach(function (r) {
				var d = r.dataset;
				r.hidden = (node.value && d.from !== node.value && d.to !== node.value) ||
					(message.value && d.message !== message.value);
				n += r.hidden ? 0 : 1;
			});
			said.textContent = n + " of " + rows.length + " shown";
		}
		function values(of) {
			var all = Object.create(null);
			rows.forEach(function (r) { of(r.dataset).forEach(function (v) { if (v) all[v] = 1; }); });
			return all;
		}
		node = choice("Node", "all", values(function (d) { return [d.from, d.to]; }));
		message = choice("Message", "all", values(function (d) { return [d.message]; }));
		said = add(bar, "span");
		said.setAttribute("role", "status");
		bar.hidden = false;
		show();
	});
})();
