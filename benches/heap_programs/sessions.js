// 300,000 sessions in a Map that nobody empties: many small objects. Usage: node sessions.js OUT.heapsnapshot
class SessionRecord {
  constructor(i) {
    this.id = i;
    this.user = 'user-' + i;
    this.seen = [i, i + 1];
    this.meta = { ip: '10.0.' + (i >> 8 & 255) + '.' + (i & 255), agent: 'agent ' + (i % 97) };
  }
}
global.m = new Map();
for (let i = 0; i < 300000; i++) global.m.set('k' + i, new SessionRecord(i));
require('v8').writeHeapSnapshot(process.argv[2]);
