/**
 * @file The name of the nodes that stay on the CPU whatever the device, because ONNX Runtime's WebGPU accepts them and then
 * cannot compute them (antialiased Resize). Whoever makes a session on WebGPU has to hand it over (`forceCpuNodeNames`).
 */
export const cpuNode = 'clad/on-cpu';
