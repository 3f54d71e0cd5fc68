// The page of claims: which verdicts are shown, and light or dark. Without it everything is shown.
(function () {
  const rows = Array.from(document.querySelectorAll(".claim-row"))
  const buttons = Array.from(document.querySelectorAll("[data-verdict]"))
  const rest = document.querySelector("[data-rest]")
  const told = document.querySelector(".shown-count")
  const on = (button) => button.getAttribute("aria-pressed") === "true"

  function show() {
    const wanted = new Set(buttons.filter(on).map((b) => b.dataset.verdict))
    let statements = 0
    for (const row of rows) {
      const verdicts = row.dataset.verdicts.split(" ").filter(Boolean)
      row.hidden = verdicts.length ? !verdicts.some((v) => wanted.has(v)) : !on(rest)
      if (!row.hidden) statements += verdicts.length ? row.querySelectorAll(".claim").length : 0
    }
    told.textContent = statements + " " + told.dataset.said
  }

  for (const button of buttons.concat(rest ? [rest] : [])) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!on(button)))
      show()
    })
  }
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1))
    const row = target && target.closest(".claim-row")
    if (row && row.hidden) { row.hidden = false; target.scrollIntoView() }
  })
  const theme = document.querySelector("[data-action=theme]")
  if (theme) {
    theme.addEventListener("click", () => {
      const root = document.documentElement
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
      root.dataset.theme = dark ? "light" : "dark"
      theme.setAttribute("aria-pressed", String(!dark))
      try { localStorage.setItem("readiness-theme", root.dataset.theme) } catch (e) { /* closed to local files */ }
    })
  }
  if (rows.length) show()
})()
