/** Where the configuration comes from when nobody says where. What the tests put into /etc only they see. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { suite, test } from 'node:test';
import { lannerAfter } from '../support/lanner.ts';

const OWN_ETC = `mount -t tmpfs none /mnt; mkdir /mnt/upper /mnt/work
mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
mkdir -p /etc/falco /etc/lanner
echo 'of_falco: 1' > /etc/falco/falco.yaml`;
const OF_LANNER = "echo 'priority: nonsense-of-lanner' > /etc/lanner/lanner.yaml";

suite('the default configuration', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  test("is Falco's where Lanner has none, and that is said", async () => {
    const { code, stderr } = await lannerAfter(`${OWN_ETC}; rm -rf /etc/lanner`, ['--dry-run']);
    assert.equal(code, 0);
    assert.match(stderr, /: Using Falco's configuration, \/etc\/falco\/falco\.yaml\n/);
    assert.match(stderr, /warning: \/etc\/falco\/falco\.yaml:1:1: unknown key of_falco/);
  });

  test("is Lanner's own where there is one", async () => {
    const { stderr } = await lannerAfter(`${OWN_ETC}\n${OF_LANNER}`, ['--dry-run']);
    assert.match(stderr, /^lanner: \/etc\/lanner\/lanner\.yaml:1:11: priority must be one of/);
  });

  test('is none with -c ""', async () => {
    const { code } = await lannerAfter(`${OWN_ETC}\n${OF_LANNER}`, ['-c', '', '--dry-run']);
    assert.equal(code, 0);
  });
});
