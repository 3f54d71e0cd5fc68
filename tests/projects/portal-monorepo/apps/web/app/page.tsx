"use client";
import { useEffect, useState } from "react";
import type { Ticket } from "@portal/contracts";
import { release, tickets } from "@/lib/api";

export default function Page() {
  const [rows, setRows] = useState<Ticket[]>([]);
  useEffect(() => {
    tickets(sessionStorage.getItem("token") ?? "").then(setRows);
  }, []);
  return (
    <main data-release={release}>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>{row.subject}</li>
        ))}
      </ul>
    </main>
  );
}
