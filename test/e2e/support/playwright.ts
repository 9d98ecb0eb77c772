/**
 * The part of playwright-core's interface that is used here, as its documentation describes it. The package itself is
 * installed on demand with the browser tests' other tools, and `npm run check` has to work without it.
 */
export interface PlaywrightModule {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

export interface Browser {
  newContext(options: {
    readonly viewport: { readonly width: number; readonly height: number };
  }): Promise<BrowserContext>;
  close(): Promise<void>;
}

export interface BrowserContext {
  grantPermissions(permissions: readonly string[]): Promise<void>;
  newPage(): Promise<Page>;
}

export interface Page {
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  readonly mouse: {
    move(x: number, y: number, options?: { readonly steps: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  /** How long whatever is done in the page waits for its element. */
  setDefaultTimeout(milliseconds: number): void;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  locator(selector: string, options?: LocatorOptions): Locator;
  evaluate<T>(inPage: () => T | Promise<T>): Promise<T>;
  screenshot(options: { readonly path: string }): Promise<unknown>;
}

/** Names elements; what it does waits until there is one, as long as the page's default says. */
export interface Locator {
  locator(selector: string, options?: LocatorOptions): Locator;
  filter(options: LocatorOptions): Locator;
  getByText(text: string, options?: { readonly exact: boolean }): Locator;
  or(other: Locator): Locator;
  first(): Locator;
  nth(index: number): Locator;
  count(): Promise<number>;
  click(options?: {
    readonly button?: 'left' | 'right';
    readonly modifiers?: readonly 'ControlOrMeta'[];
    readonly timeout?: number;
  }): Promise<void>;
  hover(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  innerText(): Promise<string>;
  inputValue(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  boundingBox(): Promise<{
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null>;
  waitFor(options?: {
    readonly state?: 'attached' | 'detached' | 'visible' | 'hidden';
    readonly timeout?: number;
  }): Promise<void>;
  evaluate<T>(inPage: (element: Element) => T): Promise<T>;
  evaluateAll<T>(inPage: (elements: Element[]) => T): Promise<T>;
}

interface LocatorOptions {
  readonly hasText?: string | RegExp;
  readonly has?: Locator;
}
