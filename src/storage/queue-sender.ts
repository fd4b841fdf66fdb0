export interface MessageTiming {
  /** Invisible for so long; 0 to seven days. */
  readonly delaySeconds: number;
  /** -1 for never; otherwise longer than the delay. */
  readonly timeToLiveSeconds: number;
}

/** One queue of a storage service. Throws BerthError `storage_unavailable`; the message may then have been sent. */
export interface QueueSender {
  /** `text` is what is stored, at most 64 KiB of it. */
  put(text: string, timing: MessageTiming): Promise<void>;
}
