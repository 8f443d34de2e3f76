/** Tables of points, and folders, as disks, networks and people damage them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const HEAD = 'axis-0,axis-1,class\n';

/** Makes tables for a 2D image of 64×64 with two classes in a folder, and gives their names. */
export function makeDamagedTables(folder: string): string[] {
  const made: string[] = [];
  const put = (name: string, content: Uint8Array | string) => {
    writeFileSync(path.join(folder, name), content);
    made.push(name);
  };
  put('empty.csv', '');
  put('page.csv', '<!DOCTYPE html><html><body>Please log in</body></html>');
  put('zeros.csv', new Uint8Array(5000));
  put('picture.csv', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'));
  put('workbook.csv', Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xee\x9d', 'latin1'));
  put('wide-letters.csv', Buffer.from(`\uFEFF${HEAD}1,2,1\n`, 'utf16le'));
  put('latin.csv', Buffer.from('axis-0,axis-1,class,Größe\n1,2,1,5\n', 'latin1'));
  put('no-head.csv', '1,2,1\n3,4,2\n');
  put('semicolons.csv', 'axis-0;axis-1;class\n1;2;1\n');
  put('other-names.csv', 'y,x,class\n1,2,1\n');
  put('three-axes.csv', 'axis-0,axis-1,axis-2,class\n1,2,3,1\n');
  put('no-class.csv', 'axis-0,axis-1\n1,2\n');
  put('cut.csv', `${HEAD}1,2,1\n3`);
  put('open-quote.csv', `${HEAD}1,"2,1\n`);
  put('long-quote.csv', `${HEAD}1,"${'2'.repeat(2 ** 22)}`);
  put('words.csv', `${HEAD}one,two,1\n`);
  put('nan.csv', `${HEAD}NaN,2,1\n`);
  put('infinite.csv', `${HEAD}1,-inf,1\n2,Infinity,1\n`);
  put('outside.csv', `${HEAD}1,64,1\n`);
  put('negative.csv', `${HEAD}-2,5,1\n`);
  put('unknown-class.csv', `${HEAD}1,2,3\n`);
  put('class-of-half.csv', `${HEAD}1,2,0.5\n`);
  put('million-wrong-lines.csv', HEAD + '99,99,1\n'.repeat(2 ** 20));
  // It has the size, but takes no room.
  put('huge.csv', HEAD);
  truncateSync(path.join(folder, 'huge.csv'), 2 ** 36);
  mkdirSync(path.join(folder, 'folder.csv'));
  symlinkSync('itself.csv', path.join(folder, 'itself.csv'));
  makePipe(path.join(folder, 'pipe.csv'));
  return [...made, 'folder.csv', 'itself.csv', 'pipe.csv', 'not-there.csv'];
}

/** Makes folders in a folder, and gives their names. */
export function makeDamagedFolders(folder: string): string[] {
  const made = ['names', 'file', 'nothing', 'hidden', 'itself', 'not-there'];
  for (const name of ['names', 'nothing', 'hidden']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'file'), 'a file in the place of a folder');
  writeFileSync(path.join(folder, 'hidden', '.DS_Store'), '');
  symlinkSync('itself', path.join(folder, 'itself'));
  try {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/names/Zelle-`), Buffer.from([0xfc, 0x2e]), Buffer.from('tif')]),
      '',
    );
  } catch {
    // macOS and Windows have no such names; there the folder is an empty one.
  }
  return made;
}

/** Something that is opened and never ends. Where there are no pipes, an empty file. */
export function makePipe(file: string): void {
  try {
    execFileSync('mkfifo', [file], { stdio: 'ignore' });
  } catch {
    writeFileSync(file, '');
  }
}
