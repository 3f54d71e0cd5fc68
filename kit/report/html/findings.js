// The list of all findings: filters, search, pages, deep links and CSV, from one block of JSON.
(function () {
  const data = JSON.parse(document.getElementById("findings-data").textContent)
  const names = ["id", "check", "area", "title", "severity", "outcome", "message", "fix", "evidence",
    "files", "environment", "waived", "blocker", "hours", "open"]
  const findings = data.rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])))
  const text = (index) => data.texts[index]
  const form = document.getElementById("filters")
  const rows = document.getElementById("rows")
  const tally = document.getElementById("tally")
  const pager = document.getElementById("pager")
  const SCREEN = 50
  const PAPER = 300
  let size = SCREEN
  let shown = []
  let page = 0

  function element(tag, className, content) {
    const made = document.createElement(tag)
    if (className) made.className = className
    if (content !== undefined) made.append(content)
    return made
  }

  const shapes = { pass: "✓", partial: "◐", fail: "✕", unknown: "?", not_applicable: "–", error: "!" }
  function badge(kind, word) {
    const made = element("span", "badge " + kind.replaceAll("_", "-"))
    const shape = element("span", "shape", shapes[kind] || "■")
    shape.setAttribute("aria-hidden", "true")
    made.append(shape, word || data.words[kind] || kind)
    return made
  }

  function place(path, line) {
    const code = element("code", "place")
    path.split("/").forEach((part, i) => code.append(...(i ? ["/", document.createElement("wbr"), part] : [part])))
    if (line) code.append(element("span", "line", ":" + line))
    return code
  }

  const haystacks = new Map()
  function haystack(finding) {
    if (!haystacks.has(finding)) {
      const paths = finding.evidence.map((e) => text(e[0]) + ":" + e[1]).join(" ")
      haystacks.set(finding, [finding.check, text(finding.title), text(finding.message), paths].join(" ").toLowerCase())
    }
    return haystacks.get(finding)
  }

  function belongs(finding, wanted) {
    if (wanted === "open") return finding.open
    if (wanted === "set-aside") return !finding.open && ["fail", "partial"].includes(finding.outcome)
    return !wanted || finding.outcome === wanted
  }

  function matches(finding, by) {
    return belongs(finding, by.show) && (!by.area || finding.area === by.area) &&
      (!by.severity || finding.severity === by.severity) && (!by.files || finding.files === by.files) &&
      by.words.every((word) => haystack(finding).includes(word))
  }

  function apply() {
    const by = Object.fromEntries(new FormData(form))
    by.words = by.search.toLowerCase().split(/\s+/).filter(Boolean)
    shown = findings.filter((finding) => matches(finding, by))
    page = 0
    render()
  }

  function render() {
    const pages = Math.max(1, Math.ceil(shown.length / size))
    page = Math.min(Math.max(page, 0), pages - 1)
    const first = page * size
    const part = shown.slice(first, first + size)
    rows.replaceChildren(...(part.length ? part.map(row) : [nothing()]))
    const range = shown.length > size ? `, ${first + 1} to ${first + part.length} shown` : ""
    tally.textContent = `${shown.length.toLocaleString("en")} of ${findings.length.toLocaleString("en")} findings${range}`
    renderPager(pages)
  }

  function nothing() {
    const note = element("div", "rk-notice empty")
    note.append(element("p", "title", "No finding is like that"), element("p", "", "Widen the filters, or reset them."))
    return note
  }

  function renderPager(pages) {
    pager.hidden = pages < 2
    const go = (label, to) => {
      const button = element("button", "plain", label)
      button.type = "button"
      button.disabled = to < 0 || to >= pages
      button.addEventListener("click", () => {
        page = to
        render()
        document.getElementById("findings").scrollIntoView()
        rows.querySelector("summary").focus({ preventScroll: true })
      })
      return button
    }
    pager.replaceChildren(go("First", page ? 0 : -1), go("Previous", page - 1),
      element("span", "", `Page ${page + 1} of ${pages}`), go("Next", page + 1), go("Last", page < pages - 1 ? pages - 1 : -1))
  }

  function row(finding) {
    const card = element("details", "finding")
    card.id = "row-" + finding.id
    const summary = element("summary")
    const marks = element("span", "marks")
    if (finding.blocker && finding.open) marks.append(element("span", "badge blocker", finding.blocker))
    else marks.append(["fail", "partial"].includes(finding.outcome) ? badge(finding.severity) : badge(finding.outcome))
    const where = element("span", "where")
    if (finding.evidence.length) where.append(place(text(finding.evidence[0][0]), finding.evidence[0][1]))
    summary.append(marks, ticks("what", text(finding.message)), where)
    card.append(summary)
    const fill = () => { if (!card.querySelector(".body")) card.append(body(finding)) }
    card.addEventListener("toggle", fill)
    if (size === PAPER) fill()
    return card
  }

  function link(href, words, className) {
    const made = element("a", className, words)
    made.href = href
    return made
  }

  function body(finding) {
    const made = element("div", "body")
    const about = element("p", "title")
    about.append(link("#check-" + finding.check, finding.check), " ", text(finding.title), ` · ${data.areas[finding.area] || finding.area}`,
      finding.environment ? ` · ${finding.environment}` : "",
      finding.files !== "production" ? ` · ${data.classes[finding.files].toLowerCase()}, weighs nothing` : "",
      ["fail", "partial"].includes(finding.outcome) ? ` · about ${finding.hours} h ` : " ",
      link("#finding-" + finding.id, "#", "permalink"))
    made.append(about)
    if (finding.waived) made.append(element("p", "why", `Waived by ${finding.waived[1]} until ${finding.waived[2]}: ${finding.waived[0]}`))
    finding.evidence.forEach((evidence) => made.append(excerpt(evidence)))
    if (["fail", "partial"].includes(finding.outcome)) made.append(fix(text(finding.fix)))
    return made
  }

  function excerpt([path, line, , lines, strength]) {
    const figure = element("figure", "excerpt")
    const caption = element("figcaption")
    caption.append(place(text(path), line), " ", element("span", "strength", strength))
    figure.append(caption)
    if (text(lines)) {
      const code = element("code")
      text(lines).replace(/\n$/, "").split("\n").forEach((content, i) => {
        const numbered = element("span", "row")
        const number = element("span", "n")
        number.dataset.n = (line || 1) + i
        numbered.append(number, content + "\n")
        code.append(numbered)
      })
      const pre = element("pre", "", code)
      pre.tabIndex = 0
      figure.append(pre)
    }
    return figure
  }

  function ticks(className, words) {
    const made = element("span", className)
    const parts = words.split("`")
    if (parts.length % 2) parts.forEach((part, i) => made.append(i % 2 ? element("code", "", part) : part))
    else made.append(words)
    return made
  }

  function fix(words) {
    const made = element("div", "fix")
    const line = element("p")
    line.append(element("strong", "", "Fix."), " ", ticks("fix-text", words.charAt(0).toUpperCase() + words.slice(1)))
    const button = element("button", "plain", "Copy fix")
    button.type = "button"
    button.dataset.action = "copy"
    made.append(line, button)
    return made
  }

  function reveal(card) {
    for (let box = card.parentElement; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true
    if (card.tagName === "DETAILS") card.open = true
    card.scrollIntoView({ block: "start" })
    const summary = card.querySelector("summary")
    if (summary) summary.focus({ preventScroll: true })
  }

  function filterBy(search) {
    for (const name of ["show", "area", "severity", "files"]) form.elements[name].value = ""
    form.elements.search.value = search
    apply()
  }

  function follow() {
    const id = decodeURIComponent(location.hash.slice(1))
    if (!/^(finding|check)-/.test(id)) return
    const there = document.getElementById(id)
    if (there) return reveal(there)
    const index = findings.findIndex((finding) => "finding-" + finding.id === id)
    if (index < 0) return
    filterBy("")
    page = Math.floor(index / size)
    render()
    reveal(document.getElementById("row-" + findings[index].id))
  }

  function csv() {
    const heads = ["check", "area", "severity", "outcome", "title", "message", "path", "line", "environment", "files", "fix", "fingerprint"]
    const line = (f) => [f.check, f.area, f.severity, f.outcome, text(f.title), text(f.message),
      f.evidence.length ? text(f.evidence[0][0]) : "", f.evidence.length ? f.evidence[0][1] || "" : "",
      f.environment, f.files, text(f.fix), f.id]
    // A cell that a spreadsheet would take for a formula is made text.
    const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`
    const lines = [heads, ...shown.map(line)].map((cells) => cells.map(cell).join(","))
    const saved = link(URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" })), "")
    saved.download = "findings.csv"
    saved.click()
    URL.revokeObjectURL(saved.href)
  }

  function ofCheck(id) {
    filterBy(id)
  }

  let waiting
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120) })
  form.addEventListener("submit", (event) => event.preventDefault())
  form.addEventListener("reset", () => setTimeout(apply))
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-check]")
    if (asked) ofCheck(asked.dataset.check)
    if (event.target.closest("[data-action=csv]")) csv()
  })
  addEventListener("hashchange", follow)
  addEventListener("beforeprint", () => { size = PAPER; page = 0; render() })
  addEventListener("afterprint", () => { size = SCREEN; render() })
  form.elements.show.value = findings.some((finding) => finding.open) ? "open" : ""
  apply()
  follow()
})()
