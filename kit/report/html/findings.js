// The list of all findings: filters, search, deep links, CSV, from one block of JSON. Only what is near the screen is
// drawn: the list is cut into chunks, each a box of its height, filled when it comes near and emptied when it leaves.
window.readinessFindings = (function () {
  const data = JSON.parse(document.getElementById("findings-data").textContent)
  const names = ["id", "check", "area", "title", "severity", "outcome", "message", "fix", "evidence",
    "files", "environment", "waived", "blocker", "hours", "open"]
  const findings = data.rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])))
  const text = (index) => data.texts[index]
  // {name} is its value; {name:file|files} the word that a number asks for, as in the texts of the report.
  const says = (key, values) => data.says[key].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, one, many) => {
    const value = (values || {})[name]
    return value === undefined ? whole : one === undefined ? value : String(value) === "1" ? one : many
  })
  const form = document.getElementById("filters")
  const rows = document.getElementById("rows")
  const tally = document.getElementById("tally")
  const CHUNK = 50
  const PAPER = 300
  const ROW_HEIGHT = 46
  const opened = new Set()
  let shown = []

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
      haystacks.set(finding, [finding.check, text(finding.title), text(finding.message), paths(finding)].join(" ").toLowerCase())
    }
    return haystacks.get(finding)
  }

  const paths = (finding) => finding.evidence.map((e) => text(e[0]) + ":" + e[1]).join(" ")

  // A path is asked for by a part of it; a star stands for anything.
  function pathMatcher(asked) {
    const pattern = asked.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")
    const matcher = new RegExp(pattern, "i")
    return (finding) => !pattern || finding.evidence.some((e) => matcher.test(text(e[0])))
  }

  function belongs(finding, wanted) {
    if (wanted === "open") return finding.open
    if (wanted === "set-aside") return !finding.open && ["fail", "partial"].includes(finding.outcome)
    return !wanted || finding.outcome === wanted
  }

  function matches(finding, by) {
    return belongs(finding, by.show) && (!by.area || finding.area === by.area) &&
      (!by.severity || finding.severity === by.severity) && (!by.files || finding.files === by.files) &&
      by.at(finding) && by.words.every((word) => haystack(finding).includes(word))
  }

  function apply() {
    const by = Object.fromEntries(new FormData(form))
    by.words = by.search.toLowerCase().split(/\s+/).filter(Boolean)
    by.at = pathMatcher(by.path)
    shown = findings.filter((finding) => matches(finding, by))
    layOut()
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? fill(entry.target) : empty(entry.target)
  }, { root: rows, rootMargin: "1200px 0px" })

  function layOut() {
    watcher.disconnect()
    const chunks = []
    for (let first = 0; first < shown.length; first += CHUNK) {
      const chunk = element("div", "chunk")
      chunk.dataset.first = first
      chunk.style.minHeight = Math.min(CHUNK, shown.length - first) * ROW_HEIGHT + "px"
      chunks.push(chunk)
    }
    rows.replaceChildren(...(chunks.length ? chunks : [nothing()]))
    if (chunks.length) fill(chunks[0])
    chunks.forEach((chunk) => watcher.observe(chunk))
    const whole = (number) => number.toLocaleString(document.documentElement.lang)
    tally.textContent = says("found", { shown: whole(shown.length), all: whole(findings.length) })
  }

  function fill(chunk) {
    if (chunk.childElementCount) return
    const first = Number(chunk.dataset.first)
    chunk.append(...shown.slice(first, first + CHUNK).map(row))
    chunk.style.minHeight = ""
  }

  function empty(chunk) {
    if (!chunk.childElementCount || chunk.contains(document.activeElement)) return
    chunk.style.minHeight = chunk.offsetHeight + "px"
    chunk.replaceChildren()
  }

  function nothing() {
    const note = element("div", "rk-notice empty")
    note.append(element("p", "title", says("nothing")), element("p", "", says("widen")))
    return note
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
    const unfold = () => { if (!card.querySelector(".body")) card.append(body(finding)) }
    card.addEventListener("toggle", () => {
      if (card.open) { opened.add(finding.id); unfold() } else opened.delete(finding.id)
    })
    if (opened.has(finding.id)) { unfold(); card.open = true }
    return card
  }

  function link(href, words, className) {
    const made = element("a", className, words)
    made.href = href
    return made
  }

  function button(action, words) {
    const made = element("button", "plain", words)
    made.type = "button"
    made.dataset.action = action
    return made
  }

  function body(finding) {
    const made = element("div", "body")
    const about = element("p", "title")
    const isBad = ["fail", "partial"].includes(finding.outcome)
    about.append(link("#check-" + finding.check, finding.check), " ", text(finding.title), ` · ${data.areas[finding.area] || finding.area}`,
      finding.environment ? ` · ${finding.environment}` : "",
      finding.files !== "production" ? ` · ${data.classes[finding.files].toLowerCase()}, ${says("weightless")}` : "",
      isBad ? ` · ${says("hours", { hours: finding.hours })}` : "")
    made.append(about)
    if (finding.waived) {
      const [reason, owner, expires] = finding.waived
      made.append(element("p", "why", says("waived", { reason, owner, expires })))
    }
    finding.evidence.forEach((evidence) => made.append(excerpt(evidence)))
    if (isBad) made.append(fix(text(finding.fix)))
    const copied = button("copy-link", says("copy-link"))
    copied.dataset.link = "#finding-" + finding.id
    made.append(copied)
    return made
  }

  function excerpt([path, line, lines, strength, before, after]) {
    const figure = element("figure", "excerpt")
    const caption = element("figcaption")
    caption.append(place(text(path), line), " ", element("span", "strength", strength))
    figure.append(caption)
    if (text(lines)) {
      const split = (index) => index === undefined || !text(index) ? [] : text(index).replace(/\n$/, "").split("\n")
      const above = split(before)
      const meant = split(lines)
      const code = element("code")
      const all = [...above, ...meant, ...split(after)]
      all.forEach((content, i) => {
        const isMeant = i >= above.length && i < above.length + meant.length
        const numbered = element("span", isMeant ? "row meant" : "row")
        const number = element("span", "n")
        number.dataset.n = (line || 1) - above.length + i
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
    line.append(element("strong", "", says("fix")), " ", ticks("fix-text", words.charAt(0).toUpperCase() + words.slice(1)))
    made.append(line, button("copy", says("copy-fix")))
    return made
  }

  function reveal(card) {
    for (let box = card.parentElement; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true
    if (card.tagName === "DETAILS") card.open = true
    hold(card)
    const summary = card.querySelector("summary")
    if (summary) summary.focus({ preventScroll: true })
  }

  // What lies above gets its true height only when it is drawn: until then a card would drift out of view.
  let letGo = () => {}
  function hold(card) {
    letGo()
    const show = () => card.scrollIntoView({ block: "start", behavior: "instant" })
    const drawn = new ResizeObserver(show)
    const own = new AbortController()
    const timer = setTimeout(() => letGo(), 1500)
    letGo = () => { drawn.disconnect(); own.abort(); clearTimeout(timer) }
    for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(event, () => letGo(), { signal: own.signal, passive: true })
    show()
    drawn.observe(document.body)
  }

  function filterBy(search) {
    for (const name of ["show", "area", "severity", "files", "path"]) form.elements[name].value = ""
    form.elements.search.value = search
    apply()
  }

  // A link leads to the card of the finding where the report tells it, else to its row in the list.
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1))
    if (!id) return
    const there = document.getElementById(id)
    if (there) {
      if (there.closest("details")) reveal(there)
      return
    }
    const index = findings.findIndex((finding) => "finding-" + finding.id === id)
    if (index < 0) return
    filterBy("")
    fill(rows.children[Math.floor(index / CHUNK)])
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

  let waiting
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120) })
  form.addEventListener("submit", (event) => event.preventDefault())
  form.addEventListener("reset", () => setTimeout(apply))
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-check]")
    if (asked) filterBy(asked.dataset.check)
    if (event.target.closest("[data-action=csv]")) csv()
  })
  addEventListener("hashchange", follow)
  addEventListener("beforeprint", () => {
    watcher.disconnect()
    rows.replaceChildren(...shown.slice(0, PAPER).map(row))
  })
  addEventListener("afterprint", layOut)
  form.elements.show.value = findings.some((finding) => finding.open) ? "open" : ""
  apply()
  follow()
  return { findings, text, says, element, badge, place, ticks, reveal }
})()
