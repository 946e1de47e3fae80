export function writeWebPackage(folder: string): string[];
