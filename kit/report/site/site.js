// The site's manners: theme, contents on a narrow screen, copying, and the search over its index.
(function () {
  const root = document.documentElement
  const up = document.body.dataset.up
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const toggle = document.querySelector("[data-action=theme]")
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches)

  function label() {
    toggle.textContent = isDark() ? toggle.dataset.light : toggle.dataset.dark
    toggle.setAttribute("aria-pressed", String(isDark()))
  }

  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark"
    try { localStorage.setItem("readiness-theme", root.dataset.theme) } catch (e) { /* the choice lasts this visit */ }
    label()
    document.dispatchEvent(new Event("readiness:theme"))
  })
  dark.addEventListener("change", label)
  label()

  const narrow = matchMedia("(max-width: 1000px)")
  const contents = document.querySelector(".toc details")
  const fold = () => { contents.open = !narrow.matches }
  narrow.addEventListener("change", fold)
  fold()
  const current = document.querySelector(".toc [aria-current]")
  if (current && !narrow.matches) {
    const nav = document.querySelector(".toc")
    nav.scrollTop = current.offsetTop - nav.clientHeight / 2
  }

  async function copy(button, words, shown) {
    try {
      await navigator.clipboard.writeText(words)
    } catch (e) {
      if (shown) getSelection().selectAllChildren(shown)
    }
    button.classList.add("done")
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]")
    if (!button) return
    if (button.dataset.action === "copy-link") copy(button, location.href.split("#")[0] + button.dataset.link)
    const near = { copy: ".fix-text", "copy-code": "pre" }[button.dataset.action]
    const words = near && (button.closest(".fix, dd, figure") || document.body).querySelector(near)
    if (words) copy(button, words.textContent.trim(), words)
  })

  document.querySelectorAll(".rk-scroll").forEach((box) => {
    if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex")
  })

  const index = window.readinessIndex
  const field = document.getElementById("site-search")
  const found = document.getElementById("site-found")
  const MOST = 30

  function hit(entry) {
    const link = document.createElement("a")
    link.href = up + entry[1]
    link.append(entry[0])
    const where = document.createElement("span")
    where.className = "where"
    where.append(entry[2])
    link.append(where)
    return link
  }

  function note(words) {
    const made = document.createElement("p")
    made.append(words)
    return made
  }

  function look() {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean)
    found.hidden = !wanted.length
    if (!wanted.length) return
    const hits = index.filter((entry) => {
      const text = (entry[0] + " " + entry[2] + " " + entry[3]).toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    found.replaceChildren(...(hits.length ? hits.slice(0, MOST).map(hit) : [note(found.dataset.none)]))
    if (hits.length > MOST) found.append(note("+" + (hits.length - MOST)))
  }

  field.addEventListener("input", look)
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) { event.preventDefault(); field.focus() }
    if (event.key === "Escape") { field.value = ""; look() }
  })
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) found.hidden = true })
})()
