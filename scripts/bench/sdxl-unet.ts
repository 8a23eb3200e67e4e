import { answerSteps, unetTask } from '../../src/bench/sdxl/unet-process.ts';

/** `sdxl-unet.ts TASK`: steps of a large U-Net through onnxruntime; started by `npm run bench -- --sdxl DIR`. */
await answerSteps(unetTask.parse(JSON.parse(process.argv[2] ?? '{}')));
