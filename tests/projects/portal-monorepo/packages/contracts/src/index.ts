export interface Ticket {
  id: string;
  subject: string;
  state: "open" | "closed";
}
