import { db } from "../db.js";

export async function audit(actorId: string, action: string, subject: string): Promise<void> {
  await db.auditEntry.create({ data: { actorId, action, subject } });
}
