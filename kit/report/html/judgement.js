// Judges findings by the policy's numbers as kit/judgement does: score, confidence, risk, gates. Pure; no page.
// readinessJudgement(data, findings, fixed, waived): `data` as page.judgement_data writes it, `findings` in the order
// of the list, `fixed` and `waived` sets of indices into it.
window.readinessJudgement = (function () {
  const GRADES = ["critical", "high", "medium", "low"]
  const STRENGTHS = ["live", "measured", "static", "attested", "documented"]
  const VERDICTS = ["GO", "CONDITIONAL", "NO-GO"]
  const isOpen = (outcome) => outcome === "fail" || outcome === "partial"
  const isDecided = (outcome) => isOpen(outcome) || outcome === "pass"

  // Python rounds a value that lies exactly between two tenths to the even one.
  function rounded(value) {
    const tie = Math.abs((value * 4) % 2) === 1
    if (!tie) return Number(value.toFixed(1))
    const low = Math.floor(value * 10)
    return (low % 2 === 0 ? low : low + 1) / 10
  }

  function weighed(finding, policy) {
    const place = finding.environment
    if (place && place !== "unknown") {
      if (!Object.values(policy.environments).some((e) => e.counts.includes(place))) return 0
    }
    return policy.file_class_weights[finding.files]
  }

  function supposed(data, findings, fixed, waived) {
    const refused = new Set(data.unwaivable)
    return data.order.map((index) => {
      const finding = findings[index]
      const mended = finding.open && fixed.has(index)
      const accepted = finding.open && !mended && waived.has(index) && !refused.has(index)
      return {
        index, check: finding.check, area: finding.area, severity: finding.severity, environment: finding.environment,
        outcome: mended ? "pass" : finding.outcome,
        blocker: mended ? "" : finding.blocker,
        waived: Boolean(finding.waived) || accepted,
        weight: weighed(finding, data.policy),
        strength: strongest(finding.evidence),
      }
    })
  }

  function strongest(evidence) {
    const found = evidence.map((e) => STRENGTHS.indexOf(e[3]))
    return found.length ? STRENGTHS[Math.min(...found)] : "static"
  }

  const counts = (finding) => isOpen(finding.outcome) && !finding.waived && finding.weight > 0

  function grouped(findings, key) {
    const groups = new Map()
    for (const finding of findings) {
      if (!groups.has(finding[key])) groups.set(finding[key], [])
      groups.get(finding[key]).push(finding)
    }
    return groups
  }

  function resultOf(check, group, data) {
    const policy = data.policy
    const weighty = group.filter((f) => f.weight > 0)
    const decided = weighty.filter((f) => isDecided(f.outcome) && !f.waived)
    const own = data.severities[check] || worst(decided.length ? decided : group)
    const full = policy.severity_weights[own]
    const factor = (policy.checks[check] || {}).weight
    return {
      area: group[0].area,
      weight: full * (factor === undefined ? 1 : factor),
      credit: creditOf(decided, policy, full),
      seen: seenOf(weighty, policy),
    }
  }

  const worst = (group) => GRADES[Math.min(...group.map((f) => GRADES.indexOf(f.severity)))]

  function creditOf(decided, policy, full) {
    const total = decided.reduce((sum, f) => sum + f.weight, 0)
    if (!total) return null
    let share = 0
    let cap = 1
    for (const finding of decided) {
      const grave = Math.min(1, policy.severity_weights[finding.severity] / full)
      share += finding.weight * (1 - (1 - policy.credit[finding.outcome]) * grave)
      if (isOpen(finding.outcome)) cap = Math.min(cap, capOf(finding, policy))
    }
    return Math.min(share / total, cap)
  }

  function capOf(finding, policy) {
    if (finding.blocker) return policy.credit_caps.blocker
    return finding.outcome === "fail" ? policy.credit_caps[finding.severity] : 1
  }

  function seenOf(weighty, policy) {
    const applicable = weighty.filter((f) => f.outcome !== "not_applicable")
    const total = applicable.reduce((sum, f) => sum + f.weight, 0)
    if (!total) return null
    const seen = applicable.reduce(
      (sum, f) => sum + (isDecided(f.outcome) ? f.weight * policy.strength_factors[f.strength] : 0), 0)
    return seen / total
  }

  // The mean by weight, on a scale of 100; null where nothing weighs.
  function mean(parts, scale) {
    const total = parts.reduce((sum, [, weight]) => sum + weight, 0)
    if (!total) return null
    return rounded(parts.reduce((sum, [value, weight]) => sum + scale * value * weight / total, 0))
  }

  function areaNumbers(results, key, data) {
    const numbers = new Map()
    const order = Object.keys(data.areas)
    const found = grouped(results, "area")
    const rest = [...found.keys()].filter((area) => !order.includes(area)).sort()
    for (const area of [...order, ...rest]) {
      if (!found.has(area)) continue
      const parts = found.get(area).filter((r) => r[key] !== null && r.weight > 0).map((r) => [r[key], r.weight])
      numbers.set(area, mean(parts, 100))
    }
    return numbers
  }

  function overall(numbers, data) {
    const parts = [...numbers].filter(([, value]) => value !== null).map(([area, value]) => {
      const weight = data.policy.area_weights[area]
      return [value, weight === undefined ? 1 : weight]
    })
    return mean(parts, 1)
  }

  function riskOf(findings, policy) {
    const hazards = []
    for (const group of grouped(findings.filter(counts), "check").values()) {
      const own = group.map((f) => hazardOf(f, policy)).filter((h) => h > 0).sort((a, b) => b - a)
      own.forEach((hazard, rank) => hazards.push(hazard * policy.risk.repeat ** rank))
    }
    const sum = hazards.sort((a, b) => b - a).reduce((total, hazard) => total + hazard, 0)
    return rounded(10 * (1 - Math.exp(-sum)))
  }

  function hazardOf(finding, policy) {
    const rule = policy.risk
    const base = rule.hazard[finding.severity] * finding.weight
    const blocked = finding.blocker ? rule.blocker_factor : 1
    return base * blocked * (finding.outcome === "partial" ? rule.partial_factor : 1)
  }

  function bearing(findings, data) {
    const results = [...grouped(findings, "check")].map(([check, group]) => resultOf(check, group, data))
    const areas = areaNumbers(results, "credit", data)
    return {
      findings, areas,
      open: findings.filter(counts),
      score: overall(areas, data),
      confidence: overall(areaNumbers(results, "seen", data), data),
      risk: riskOf(findings, data.policy),
    }
  }

  const CONDITIONS = {
    blockers_over: (limit, on) => more(on.open.filter((f) => f.blocker), limit),
    open_over: (limits, on) => {
      const [[severity, limit]] = Object.entries(limits)
      return more(on.open.filter((f) => f.severity === severity), limit)
    },
    checks_open: (checks, on) => more(on.open.filter((f) => checks.includes(f.check)), 0),
    errors_over: (limit, on) => more(on.findings.filter((f) => f.outcome === "error"), limit),
    score_below: (limit, on) => on.score !== null && on.score < limit
      ? { value: on.score, limit, findings: on.open } : null,
    area_below: (limits, on, data) => {
      const [[area, limit]] = Object.entries(limits)
      const score = on.areas.get(area)
      if (score === undefined || score === null || score >= limit) return null
      return { value: score, limit, area: data.areas[area].toLowerCase(), findings: on.open.filter((f) => f.area === area) }
    },
    confidence_below: (limit, on) => (on.confidence || 0) < limit
      ? { value: on.confidence || 0, limit, findings: on.findings.filter((f) => ["unknown", "error"].includes(f.outcome)) }
      : null,
    risk_over: (limit, on) => on.risk > limit ? { value: on.risk, limit, findings: on.open } : null,
  }

  const more = (findings, limit) => findings.length > limit ? { limit, findings } : null

  const kinds = (findings) => [...new Set(findings.map((f) => f.blocker).filter(Boolean).map(plain))].sort().join(", ")
  const plain = (said) => said.charAt(0).toLowerCase() + said.slice(1)

  function filled(words, held) {
    const tenths = (value) => Number.isInteger(value) ? value.toFixed(1) : String(value)
    return words.replaceAll("{count}", held.findings.length).replaceAll("{limit}", held.limit)
      .replaceAll("{kinds}", kinds(held.findings)).replaceAll("{blockers}", held.findings.filter((f) => f.blocker).length)
      .replaceAll("{area}", held.area || "").replaceAll("{value}", held.value === undefined ? "" : tenths(held.value))
  }

  function reasonsOf(gates, on, data) {
    const told = new Map()
    const ranked = [...gates].sort((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict))
    for (const gate of ranked) {
      const [[kind, condition]] = Object.entries(gate.when)
      const held = CONDITIONS[kind](condition, on, data)
      const named = Array.isArray(condition) ? condition : typeof condition === "object" ? Object.keys(condition) : []
      const subject = `${kind}:${named.join(",")}`
      if (held && !told.has(subject)) told.set(subject, { gate: gate.id, verdict: gate.verdict, text: filled(gate.text, held) })
    }
    return [...told.values()]
  }

  return function (data, findings, fixed, waived) {
    const all = supposed(data, findings, fixed, waived)
    const whole = bearing(all, data)
    const environments = {}
    for (const name of data.environments) {
      const rule = data.policy.environments[name]
      const counted = all.filter((f) =>
        f.weight > 0 && (!f.environment || f.environment === "unknown" || rule.counts.includes(f.environment)))
      const on = bearing(counted, data)
      const reasons = reasonsOf(rule.gates, on, data)
      environments[name] = {
        verdict: reasons.length ? reasons[0].verdict : "GO", reasons,
        score: on.score || 0, confidence: on.confidence || 0, risk: on.risk,
      }
    }
    return { score: whole.score || 0, confidence: whole.confidence || 0, risk: whole.risk, environments }
  }
})()
