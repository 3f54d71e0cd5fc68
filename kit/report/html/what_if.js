// What if: findings ticked as mended or accepted, and the report judged anew by the policy's own numbers.
(function () {
  const { findings, text, says, element, badge, ticks } = window.readinessFindings
  const data = JSON.parse(document.getElementById("judgement-data").textContent)
  const judge = window.readinessJudgement
  const open = findings.map((finding, index) => ({ finding, index })).filter(({ finding }) => finding.open)
  const refused = new Set(data.unwaivable)
  const outcome = document.getElementById("what-if-outcome")
  const rows = document.getElementById("what-if-rows")
  const note = document.getElementById("what-if-note")
  const FIRST = 15
  const MOST = 500
  const fixed = new Set()
  const waived = new Set()
  const before = judge(data, findings, new Set(), new Set())
  const classes = { GO: "pass", CONDITIONAL: "partial", "NO-GO": "fail" }
  let limit = FIRST

  function verdict(name, now, then) {
    const made = element("div", "supposed " + now.verdict.toLowerCase())
    const changed = now.verdict !== then.verdict
    made.append(element("p", "env", name), badge(classes[now.verdict], changed ? `${then.verdict} → ${now.verdict}` : now.verdict))
    const reason = now.reasons[0]
    made.append(element("p", "note", reason ? says("because", { reason: reason.text }) : says("free")))
    return made
  }

  function number(key, now, then) {
    const made = element("div", "supposed")
    const change = Math.round((now - then) * 10) / 10
    made.append(element("p", "env", says(key)), element("p", "value", now.toFixed(1)))
    made.append(element("p", "note", change ? `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(1)}` : says("unchanged")))
    return made
  }

  function show() {
    const now = judge(data, findings, fixed, waived)
    const names = [...data.environments].reverse()
    outcome.replaceChildren(
      ...names.map((name) => verdict(name, now.environments[name], before.environments[name])),
      ...["score", "confidence", "risk"].map((key) => number(key, now[key], before[key])))
    note.textContent = fixed.size || waived.size ? says("assumed", { fixed: fixed.size, waived: waived.size }) : ""
  }

  function box(set, other, index, label) {
    const made = element("input")
    made.type = "checkbox"
    made.checked = set.has(index)
    made.setAttribute("aria-label", label)
    made.addEventListener("change", () => {
      if (made.checked) { set.add(index); other.delete(index) } else set.delete(index)
      draw()
    })
    return made
  }

  const names = [...document.querySelectorAll(".what-if-table thead th")].map((head) => head.textContent)
  function cell(content, column) {
    const made = element("td")
    if (column) made.dataset.label = names[column]
    made.append(content)
    return made
  }

  function row({ finding, index }) {
    const made = element("tr", fixed.has(index) ? "mended" : waived.has(index) ? "accepted" : "")
    const head = element("th")
    head.scope = "row"
    const link = element("a", "", ticks("", text(finding.message)))
    link.href = "#finding-" + finding.id
    head.append(link)
    const grade = finding.blocker ? element("span", "badge blocker", finding.blocker) : badge(finding.severity)
    const accept = refused.has(index) ? element("span", "note", says("refused"))
      : box(waived, fixed, index, says("accept", { check: finding.check }))
    made.append(head, cell(grade), cell(box(fixed, waived, index, says("mend", { check: finding.check })), 2), cell(accept, 3))
    return made
  }

  function draw() {
    const focused = document.activeElement && rows.contains(document.activeElement)
      ? [...rows.querySelectorAll("input")].indexOf(document.activeElement) : -1
    rows.replaceChildren(...open.slice(0, limit).map(row))
    if (open.length > limit && limit < MOST) rows.append(further())
    if (focused >= 0) rows.querySelectorAll("input")[focused].focus({ preventScroll: true })
    show()
  }

  function further() {
    const made = element("tr")
    const only = element("td")
    only.colSpan = 4
    const button = element("button", "plain", says("all", { count: Math.min(open.length, MOST) }))
    button.type = "button"
    button.addEventListener("click", () => { limit = MOST; draw() })
    only.append(button)
    made.append(only)
    return made
  }

  const wanted = {
    blockers: (finding) => finding.blocker,
    critical: (finding) => finding.blocker || finding.severity === "critical",
    high: (finding) => finding.blocker || ["critical", "high"].includes(finding.severity),
    none: () => false,
  }
  document.getElementById("what-if-panel").addEventListener("click", (event) => {
    const asked = event.target.closest("[data-what-if]")
    if (!asked) return
    fixed.clear()
    waived.clear()
    for (const { finding, index } of open) if (wanted[asked.dataset.whatIf](finding)) fixed.add(index)
    draw()
  })
  draw()
})()
