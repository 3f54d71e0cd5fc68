export function seats(): string[] {
<<<<<<< HEAD
  return ["A1", "A2"];
=======
  return ["B1"];
>>>>>>> wider-hall
}
