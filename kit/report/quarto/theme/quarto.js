// Quarto's light and dark are ours too: palette and charts follow the class that Quarto sets on the body.
(function () {
  const root = document.documentElement
  root.classList.add("js")

  function follow() {
    const chosen = document.body.classList.contains("quarto-dark") ? "dark" : "light"
    if (root.dataset.theme === chosen) return
    root.dataset.theme = chosen
    document.dispatchEvent(new Event("readiness:theme"))
  }

  new MutationObserver(follow).observe(document.body, { attributeFilter: ["class"] })
  follow()
})()
