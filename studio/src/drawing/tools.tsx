/** @file The choice of a tool, as the browser's own radio buttons. */
interface ToolsProps<T extends string> {
  readonly label: string;
  readonly tools: readonly (readonly [tool: T, name: string])[];
  readonly chosen: T;
  readonly onChoose: (tool: T) => void;
}

export function Tools<T extends string>({ label, tools, chosen, onChoose }: ToolsProps<T>) {
  return (
    <fieldset class="tools">
      <legend>{label}</legend>
      {tools.map(([tool, name]) => (
        <label key={tool} class="choice">
          <input type="radio" name="tool" checked={tool === chosen} onChange={() => onChoose(tool)} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
