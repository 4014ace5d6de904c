import { Hono } from 'hono';
import { TenonError } from '../../errors.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import { list } from '../paging.ts';
import type { Ports } from '../ports.ts';

/** `/v1/adapters`: LoRA adapters in PEFT format, by name. */
export function adapterRoutes({ adapters }: Pick<Ports, 'adapters'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', (c) => c.json(list(adapters.list())));

  app.post('/', async (c) => {
    const form = await readForm(c);
    const [name, config, weights] = await Promise.all([
      textField(form, 'name'),
      fileField(form, 'adapter_config.json'),
      fileField(form, 'adapter_model.safetensors'),
    ]);
    return c.json(await adapters.add(name, { config, weights }), 201);
  });

  return app;
}

async function readForm(c: GatewayContext): Promise<FormData> {
  const type = c.req.header('content-type') ?? '';
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    throw new TenonError('invalid_request', { reason: 'Send the adapter as multipart/form-data.' });
  }
  try {
    return await c.req.formData();
  } catch (error) {
    throw new TenonError(
      'invalid_request',
      { reason: 'The multipart body cannot be read.' },
      { cause: error },
    );
  }
}

function textField(form: FormData, name: string): string {
  const value = form.get(name);
  if (typeof value === 'string' && value !== '') return value;
  throw new TenonError('invalid_request', { reason: `The field "${name}" is missing.` }, { param: name });
}

async function fileField(form: FormData, name: string): Promise<Uint8Array> {
  const value = form.get(name);
  if (value === null || typeof value === 'string') {
    throw new TenonError('invalid_request', { reason: `The file "${name}" is missing.` }, { param: name });
  }
  return new Uint8Array(await value.arrayBuffer());
}
