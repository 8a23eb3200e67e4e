/** One sender, many listeners, in the order in which they came. */
export class Broadcast<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  /** Returns a function that ends the subscription. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(event: Event): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
