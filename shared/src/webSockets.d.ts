/** What shared uses of the WebSockets of Node, browsers and web workers; see textCoding.d.ts. */
declare class Event {
  constructor(type: string);
  stopImmediatePropagation(): void;
}

declare class URL {
  readonly href: string;
}

declare class WebSocket {
  constructor(url: string | URL, protocols?: string | string[]);
  addEventListener(type: string, listener: (event: Event) => void): void;
  dispatchEvent(event: Event): boolean;
  close(code?: number, reason?: string): void;
}

declare function setTimeout(callback: () => void, ms: number): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void;
