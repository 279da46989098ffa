(function () {
  var status = document.getElementById("status");
  document.querySelectorAll(".snippet").forEach(function (box) {
    var pre = box.querySelector("pre"), button = document.createElement("button"), timer;
    function done(ok) {
      button.textContent = status.textContent = ok ? "Copied" : "Press Ctrl+C";
      clearTimeout(timer);
      timer = setTimeout(function () { button.textContent = "Copy"; status.textContent = ""; }, 2500);
    }
    // The clipboard's own interface is there under https alone: elsewhere the text is selected and copied.
    function select() {
      var range = document.createRange(), selection = getSelection();
      range.selectNodeContents(pre);
      selection.removeAllRanges();
      selection.addRange(range);
      try { return document.execCommand("copy"); } catch (e) { return false; }
    }
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + box.getAttribute("data-what"));
    button.onclick = function () {
      if (!navigator.clipboard) { return done(select()); }
      navigator.clipboard.writeText(pre.textContent).then(function () { done(true); }, function () { done(select()); });
    };
    box.insertBefore(button, pre);
  });
})();
