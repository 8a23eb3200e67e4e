/**
 * Where a prompt says that it happens, from the first preposition of place on ("in the forest at night"), in lower case;
 * undefined if it says nothing of the kind. For telling apart panels whose backgrounds have to differ from those that
 * share a setting; prompts of other patterns may be misread, which costs a warning at worst.
 */
export function settingOf(prompt: string): string | undefined {
  return /\b(?:in|on|under|at|inside|beside|near)\s+(?:the|an?)\s+.*$/.exec(prompt.toLowerCase())?.[0].trim();
}
