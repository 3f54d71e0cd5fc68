export const Room = ({ number }: { number: string }) => (
  <article data-testid={`room-${number}`}>
    <button data-testid="book">Book</button>
  </article>
);
