// The licences of all that is bundled: of each package, of folders inside one that have their own, and
// of code in them that comes from elsewhere without a licence file.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Code inside the packages that names another origin, all under MIT; `in` is a file or a folder. */
const PARTS = [
  {
    name: "llhttp",
    in: ["undici/lib/llhttp/"],
    copyright: ["Copyright Fedor Indutny, 2018."],
  },
  {
    // Compiled into llhttp's WebAssembly; wasi-libc's own licence asks for no notice there.
    name: "musl, through wasi-libc",
    in: ["undici/lib/llhttp/"],
    copyright: ["Copyright © 2005-2020 Rich Felker, et al."],
  },
  {
    name: "Node.js",
    in: ["undici/lib/core/util.js", "undici/lib/dispatcher/fixed-queue.js"],
    copyright: [
      "Copyright Node.js contributors. All rights reserved.",
      "Copyright Joyent, Inc. and other Node contributors. All rights reserved.",
    ],
  },
  {
    name: "fetch-blob",
    in: ["undici/lib/core/util.js"],
    copyright: ["Copyright (c) 2019 David Frank"],
  },
  {
    name: "formdata-polyfill",
    in: ["undici/lib/web/fetch/body.js"],
    copyright: ["Copyright (c) 2016 Jimmy Karl Roland Wärting"],
  },
  {
    name: "punycode.js",
    in: ["ajv/dist/runtime/ucs2length.js"],
    copyright: ["Copyright Mathias Bynens <https://mathiasbynens.be/>"],
  },
];

/** What ajv brings of the JSON Schema project: the schema that policies are checked against. */
const META_SCHEMA = "ajv/dist/refs/json-schema-draft-07.json";

const BSD = `The JSON Schema meta-schema (in ajv), under the BSD 3-Clause licence

Copyright (c) 2022 JSON Schema Specification Authors

Redistribution and use in source and binary forms, with or without modification, are permitted provided
that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the
following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and
the following disclaimer in the documentation and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or
promote products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED
WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A
PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY
DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO,
PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR
OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH
DAMAGE.`;

const PARTS_TITLE = "Parts of these packages, each under the MIT licence";

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense,
and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * Texts: one for each package and folder with a licence of its own, and one for the parts.
 *
 * @param {string} root The folder that the paths start from.
 * @param {readonly string[]} inputs The bundled files, as esbuild's metafile names them.
 */
export function notices(root, inputs) {
  const licences = new Map();
  const files = [];
  for (const input of inputs) {
    const [, modules, file] = /^(.*\bnode_modules\/)(.+)$/.exec(input) ?? [];
    if (modules === undefined || file === undefined) continue;
    files.push(file);
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file;
    for (let folder = dirname(file); folder.startsWith(name); folder = dirname(folder)) {
      const path = join(root, modules, folder);
      if (licences.has(path)) continue;
      const licence = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
      if (licence === undefined && folder === name) throw new Error(`no licence file in ${path}`);
      const text = licence && readFileSync(join(path, licence), "utf8").trim();
      licences.set(path, text === undefined ? [] : [`${folder}\n\n${text}`]);
    }
  }
  const parts = PARTS.flatMap(({ name, in: places, copyright }) => {
    const place = places.find((start) => files.some((file) => file.startsWith(start)));
    return place === undefined ? [] : [[`${name} (in ${place.split("/")[0]})`, ...copyright]];
  });
  return [
    // Not by the locale: the same source gives the same bytes everywhere.
    ...[...licences.values()].flat().sort((a, b) => (a < b ? -1 : 1)),
    ...(files.includes(META_SCHEMA) ? [BSD] : []),
    [PARTS_TITLE, ...parts.map((lines) => lines.join("\n")), MIT].join("\n\n"),
  ];
}
