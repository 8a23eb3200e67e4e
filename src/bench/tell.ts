/** What is told while measuring takes its time. */
export type Tell = (text: string) => void;
