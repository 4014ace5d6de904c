import { listen } from '../../gateway/listen.ts';
import { createDemoApp } from './app.ts';
import { openRecords } from './records.ts';

export interface DemoOptions {
  /** SQLite file of the service's own. */
  readonly file: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

export interface RunningDemo {
  readonly url: string;
  close(): Promise<void>;
}

/** A real HTTP service on a port of its own. Throws `port_in_use`. */
export async function startDemo({ file, host, port }: DemoOptions): Promise<RunningDemo> {
  const records = openRecords(file);
  try {
    const server = await listen(createDemoApp(records), { host, port, setting: 'demo_port' });
    return {
      url: server.url,
      close: async () => {
        await server.close();
        records.close();
      },
    };
  } catch (error) {
    records.close();
    throw error;
  }
}
