/** What is told to whoever runs the bot. */
export interface Log {
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, error: unknown, data?: Readonly<Record<string, unknown>>): void;
}

/** One line of JSON each, for whatever collects them. */
export function jsonLog(write: (line: string) => void, clock: { now(): number }): Log {
  const line = (level: string, message: string, data: object) =>
    write(JSON.stringify({ at: new Date(clock.now()).toISOString(), level, message, ...data }, plainNumbers));
  return {
    info: (message, data = {}) => line('info', message, data),
    warn: (message, data = {}) => line('warn', message, data),
    error: (message, error, data = {}) => line('error', message, { ...data, error: describe(error) }),
  };
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { cause } = error;
  return { name: error.name, message: error.message, stack: error.stack, ...(cause ? { cause: describe(cause) } : {}) };
}

function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
