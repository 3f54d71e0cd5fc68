import DOMPurify from "dompurify";
import { useState } from "react";
import { redirectTo, type Tracked, where } from "./api";

export function App() {
  const [found, setFound] = useState<Tracked[]>([]);
  return (
    <main>
      <input aria-label="Paketnummer" onBlur={(e) => void where(e.target.value).then(setFound)} />
      {found.map((one) => (
        <article key={one.code}>
          <h2>{one.code}</h2>
          <p dangerouslySetInnerHTML={{ __html: one.note }} />
          <p dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(one.note) }} />
          <button onClick={() => void redirectTo(one.code)}>Umleiten</button>
        </article>
      ))}
    </main>
  );
}
