// The page's manners: theme, copying a fix, printing with everything unfolded, where one is in the contents.
(function () {
  const root = document.documentElement
  const toggle = document.querySelector("[data-action=theme]")

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  }

  function label() {
    toggle.textContent = window.readinessFindings.says(isDark() ? "light" : "dark")
    toggle.setAttribute("aria-pressed", String(isDark()))
  }

  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark"
    try { localStorage.setItem("readiness-theme", root.dataset.theme) } catch (e) { /* the choice lasts this visit */ }
    label()
    document.dispatchEvent(new Event("readiness:theme"))
  })
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label)
  label()

  const { says } = window.readinessFindings

  async function copy(button, words, shown) {
    const label = button.textContent
    try { await navigator.clipboard.writeText(words) } catch (e) { if (shown) getSelection().selectAllChildren(shown) }
    button.textContent = says("copied")
    setTimeout(() => { button.textContent = label }, 1600)
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]")
    if (!button) return
    if (button.dataset.action === "print") print()
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

  // A table is a stop for the Tab key only where there is something to scroll. The observer is told once the page is
  // laid out, so that nothing is measured before that, and of a folded table when it is unfolded.
  const measured = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
      else target.removeAttribute("tabindex")
    }
  })
  document.querySelectorAll(".rk-scroll").forEach((box) => measured.observe(box))

  const narrow = matchMedia("(max-width: 1000px)")
  const contents = document.querySelector(".toc details")
  const fold = () => { contents.open = !narrow.matches }
  narrow.addEventListener("change", fold)
  fold()
  contents.addEventListener("click", (event) => { if (narrow.matches && event.target.closest("a")) contents.open = false })

  const nav = document.querySelector(".toc")
  const links = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]))
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = links.get(entry.target.id)
      if (!link || !entry.isIntersecting) continue
      links.forEach((other) => other.removeAttribute("aria-current"))
      link.setAttribute("aria-current", "true")
      if (!narrow.matches) nav.scrollTop = link.offsetTop - nav.clientHeight / 2
    }
  }, { rootMargin: "-10% 0px -80% 0px" })
  document.querySelectorAll("main > section[id]").forEach((section) => seen.observe(section))
})()
