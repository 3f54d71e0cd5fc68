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

  // Quarto's switch has a picture only.
  function name() {
    for (const toggle of document.querySelectorAll(".quarto-color-scheme-toggle")) {
      toggle.setAttribute("role", "button")
      toggle.setAttribute("aria-label", "Light or dark")
    }
  }
  name()
  addEventListener("DOMContentLoaded", name)

  // A long part is folded under its heading; without scripts, and on paper, all of it is there.
  for (const section of document.querySelectorAll("section.folded")) {
    const heading = section.firstElementChild
    const box = document.createElement("details")
    box.className = "fold-section"
    box.id = section.id
    const line = document.createElement("summary")
    heading.classList.remove("anchored") // a line that unfolds holds no link of Quarto
    line.append(heading)
    const standing = section.querySelector(":scope > .standing")
    if (standing) line.append(standing)
    box.append(line, ...section.childNodes)
    section.replaceWith(box)
  }

  function open() {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (!there) return
    for (let box = there.closest("details"); box; box = box.parentElement.closest("details")) box.open = true
    there.scrollIntoView({ behavior: "instant" })
    if (there.tagName === "DETAILS") there.querySelector("summary").focus({ preventScroll: true })
  }
  addEventListener("hashchange", open)
  // Once more when all is loaded: the browser goes to the anchor itself by then, and takes the focus away.
  if (location.hash) open()
  addEventListener("load", () => { if (location.hash) setTimeout(open) })

  async function copy(button, words, shown) {
    try { await navigator.clipboard.writeText(words) } catch (e) { if (shown) getSelection().selectAllChildren(shown) }
    const { says } = window.readinessFindings || {}
    const label = button.textContent
    button.textContent = says ? says("copied") : "✓"
    setTimeout(() => { button.textContent = label }, 1600)
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]")
    if (!button) return
    if (button.dataset.action === "copy-link") copy(button, location.href.split("#")[0] + button.dataset.link)
    const near = { copy: ".fix-text", "copy-code": "pre" }[button.dataset.action]
    const words = near && (button.closest(".fix, dd, figure") || document.body).querySelector(near)
    if (words) copy(button, words.textContent.trim(), words)
  })

  // On paper what is folded opens, but for code, the catalogue of checks and lists that would fill pages.
  const PAPER_ROWS = 40
  let folded = []
  addEventListener("beforeprint", () => {
    const boxes = document.querySelectorAll("main details:not([open], .code, .check, .rk-terms, .rk-chart details)")
    folded = [...boxes].filter((box) => box.querySelectorAll("tr").length <= PAPER_ROWS)
    folded.forEach((box) => { box.open = true })
  })
  addEventListener("afterprint", () => { folded.forEach((box) => { box.open = false }); folded = [] })

  // What scrolls is a stop for the Tab key, and nothing else is.
  const measured = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
      else target.removeAttribute("tabindex")
    }
  })
  document.querySelectorAll(".rk-scroll, .rk-plot").forEach((box) => measured.observe(box))
})()
