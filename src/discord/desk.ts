import type { PostedMessage } from '../store/posted-messages.ts';
import type { MessageView } from './message-view.ts';

/** What knows how one kind of message looks. */
export interface Desk {
  /** How it is to look now; undefined if it is to stay as it is. */
  view(posted: PostedMessage, now: number): Promise<MessageView | undefined>;
  /** It is in the channel, under this id. */
  posted(posted: PostedMessage, messageId: string): Promise<void>;
  /** Lets go of what is kept of it, as it is about nothing any more. */
  forget(subject: string): void;
  /** What to say in direct messages to whom it was for, if it may not be posted. */
  refusal(posted: PostedMessage): Promise<string | undefined>;
}
