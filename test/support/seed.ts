import { configureGlobal } from 'fast-check';

/** The same random cases in every run, so that a red run is a change's fault; TENON_SEED=2 tries others. */
configureGlobal({ seed: Number(process.env.TENON_SEED ?? 1) });
