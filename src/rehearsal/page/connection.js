/** Waits between attempts to come back, in milliseconds. */
const RETRY_MS = 800;

/** What went wrong with a request, in words for the person. */
export class RequestError extends Error {
  /** @param {{ code: string, message: string, context?: { expected?: string, got?: string, todo?: string } }} error */
  constructor({ code, message, context }) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** The line to the room: updates come in, requests go out and are answered. Comes back by itself when cut. */
export class Connection {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();
  #next = 1;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {(update: any) => void} */
  #listener;
  /** @type {(open: boolean) => void} */
  #state;

  /**
   * @param {(update: any) => void} listener
   * @param {(open: boolean) => void} state
   */
  constructor(listener, state) {
    this.#listener = listener;
    this.#state = state;
    this.#open();
  }

  /**
   * @param {string} act see page-requests.ts
   * @param {object} [details]
   * @returns {Promise<any>}
   */
  ask(act, details = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new RequestError({ code: 'offline', message: 'The room does not answer. Is npm start still running?' }));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, act, ...details }));
    });
  }

  #open() {
    const socket = new WebSocket(`ws://${location.host}/room`);
    this.#socket = socket;
    socket.onopen = () => this.#state(true);
    socket.onmessage = ({ data }) => {
      const update = JSON.parse(data);
      if (update.type !== 'reply') return this.#listener(update);
      const waiting = this.#waiting.get(update.id);
      this.#waiting.delete(update.id);
      if (update.ok) waiting?.resolve(update.value);
      else waiting?.reject(new RequestError(update.error));
    };
    socket.onclose = () => {
      this.#state(false);
      const lost = new RequestError({ code: 'offline', message: 'The connection to the room was cut.' });
      for (const { reject } of this.#waiting.values()) reject(lost);
      this.#waiting.clear();
      setTimeout(() => this.#open(), RETRY_MS);
    };
  }
}

/**
 * Sends a file ahead of the request that uses it.
 * @param {File} file
 * @returns {Promise<{ upload: string }>}
 */
export async function upload(file) {
  const response = await fetch(`/room/uploads?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    headers: { 'Content-Type': file.type || 'application/octet-stream' },
    body: file,
  });
  if (!response.ok) throw new RequestError({ code: 'too-large', message: `${file.name} is too large.` });
  const { id } = await response.json();
  return { upload: id };
}
