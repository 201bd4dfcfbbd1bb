/** SQL for the guest sqlite-script: a small shop, and questions that reach most of SQLite. */

/**
 * Integers, texts and NULL only, numbers with a fraction through printf, so that every version of SQLite writes the
 * same. One statement each.
 */
export const statements: readonly string[] = [
  // The schema: keys, constraints, defaults, generated columns, indexes (unique, partial, on an expression,
  // descending), views, triggers.
  `create table customer(id integer primary key, name text not null collate nocase, country text not null default 'AT', since text check(since glob '[0-9][0-9][0-9][0-9]-*'))`,
  `create table product(sku text primary key, title text not null, price real not null check(price >= 0), tags text, net real generated always as (price / 1.2) stored) without rowid`,
  `create table purchase(id integer primary key autoincrement, customer integer not null references customer(id) on delete cascade, placed text not null, note text)`,
  `create table line(purchase integer not null references purchase(id) on delete cascade deferrable initially deferred, sku text not null references product(sku) on update cascade, quantity integer not null check(quantity > 0), primary key(purchase, sku)) strict`,
  `create table audit(at integer primary key, what text, old text, new text)`,
  `create unique index customer_name on customer(name, country)`,
  `create index purchase_placed on purchase(placed desc, customer)`,
  `create index line_many on line(sku) where quantity > 3`,
  `create index product_length on product(length(title))`,
  `create view total(purchase, customer, cents) as select p.id, p.customer, cast(round(sum(l.quantity * r.price) * 100) as integer) from purchase p join line l on l.purchase = p.id join product r using(sku) group by p.id`,
  `create trigger price_changed after update of price on product when old.price <> new.price begin
     insert into audit(what, old, new) values('price ' || new.sku, printf('%.2f', old.price), printf('%.2f', new.price));
     update audit set what = upper(what) where at = last_insert_rowid();
   end`,
  `create trigger total_insert instead of insert on total begin insert into purchase(customer, placed, note) values(new.customer, '2024-12-31', 'by view'); end`,

  // Rows.
  `begin`,
  `insert into customer(id, name, country, since) values(1, 'Ada', 'GB', '1815-12-10'), (2, 'Grace', 'US', '1906-12-09'), (3, 'Hedy', 'AT', '1914-11-09'), (4, 'Émilie', 'FR', '1706-12-17'), (5, '算盤', 'JP', null)`,
  `with recursive n(i) as (values(1) union all select i + 1 from n where i < 60)
   insert into product(sku, title, price, tags) select printf('P-%03d', i), 'Thing ' || char(64 + i % 26 + 1) || ' ' || i, (i * 37 % 101) + i % 4 * 0.25, json_array('t' || (i % 7), 't' || (i % 5)) from n`,
  `with recursive n(i) as (values(1) union all select i + 1 from n where i < 400)
   insert into purchase(customer, placed) select i * i % 5 + 1, date('2024-01-01', '+' || (i * 13 % 366) || ' days') from n`,
  `with recursive n(i) as (values(0) union all select i + 1 from n where i < 1599)
   insert or ignore into line select i / 4 + 1, printf('P-%03d', (i * 7919) % 60 + 1), i % 6 + 1 from n`,
  `commit`,
  `select count(*), count(distinct sku), sum(quantity), min(quantity), max(purchase) from line`,

  // Constraints answer, and statements that fail leave nothing behind.
  `insert into customer(name, since) values('Bad', 'yesterday')`,
  `insert into customer(name, country) values('ADA', 'GB')`,
  `insert into line values(1, 'P-999', 1)`,
  `insert into line values(1, 'P-001', 'many')`,
  `update product set price = -1 where sku < 'P-010'`,
  `insert into product(sku, title, price) values(null, 'no key', 1)`,
  `select (select count(*) from customer), (select count(*) from line), (select count(*) from product where price < 0)`,

  // Joins, grouping, subqueries, set operations.
  `select c.name, count(*), sum(t.cents), max(t.cents) from customer c left join total t on t.customer = c.id group by c.id having count(*) > 1 order by 3 desc, 1`,
  `select r.sku, r.title, sum(l.quantity) as sold from product r join line l using(sku) group by r.sku order by sold desc, r.sku limit 5 offset 2`,
  `select name from customer c where exists(select 1 from purchase p where p.customer = c.id and p.placed between '2024-02-01' and '2024-02-10') order by name`,
  `select name from customer where id not in (select customer from purchase) order by 1`,
  `select a.sku, b.sku from product a cross join product b where a.price = b.price and a.sku < b.sku order by 1, 2 limit 8`,
  `select country from customer intersect select 'AT' union select 'XX' except select 'YY' order by 1 desc`,
  `select substr(placed, 1, 7) as month, count(*), group_concat(distinct customer) from (select * from purchase order by placed, customer) group by month order by month`,
  `select * from (values(1, 'x'), (2, null), (3, 'z')) as v left join (select 2 as k, 'two' as t) on column1 = k`,
  `select coalesce(a.i, 0), coalesce(b.i, 0) from (select 1 as i union select 2) a full join (select 2 as i union select 3) b on a.i = b.i order by 1, 2`,

  // Window functions, recursion.
  `select id, cents, rank() over w, row_number() over w, lag(cents, 1, 0) over w, sum(cents) over (partition by customer order by purchase rows between 2 preceding and current row)
   from (select purchase as id, * from total where purchase <= 24) window w as (partition by customer order by cents desc, purchase) order by id`,
  `select distinct ntile(4) over (order by cents, purchase), first_value(cents) over (order by cents, purchase), dense_rank() over (order by customer) from total where purchase % 40 = 0 order by 1, 3`,
  `with recursive fibonacci(n, a, b) as (values(1, 0, 1) union all select n + 1, b, a + b from fibonacci where n < 90) select n, a from fibonacci where n % 15 = 0`,
  `with recursive x(c) as (select -2.2 union all select c + 0.1 from x where c < 0.7), y(c) as (select -1.2 union all select c + 0.15 from y where c < 1.05),
     m(i, cx, cy, a, b) as (select 0, x.c, y.c, 0.0, 0.0 from x, y union all select i + 1, cx, cy, a * a - b * b + cx, 2.0 * a * b + cy from m where a * a + b * b < 4.0 and i < 20),
     r(cx, cy, i) as (select cx, cy, max(i) from m group by cy, cx)
   select group_concat(substr(' .+*#', 1 + min(i / 4, 4), 1), '') from (select * from r order by cy, cx) group by cy`,
  `with recursive digits(d) as (values(1) union all select d + 1 from digits where d < 6),
     queens(n, places) as (select 1, '' || d from digits union all select n + 1, places || d from queens, digits where n < 6 and instr(places, d) = 0
       and not exists(select 1 from digits q where q.d <= n and abs(substr(places, q.d, 1) - digits.d) = n + 1 - q.d))
   select places from queens where n = 6 order by places`,

  // Texts, numbers, dates, JSON.
  `select upper('straße'), lower('ABC'), length('算盤'), unicode('é'), hex('né'), trim('  x '), replace('aXbX', 'X', '--'), instr('haystack', 'st'), substr('abcdef', -3, 2), quote('it''s'), ltrim('xxy', 'x')`,
  `select 'abc' like 'A%', 'abc' glob 'a?c', 'a%c' like 'a\\%c' escape '\\', 'abc' < 'ABD' collate nocase, 'x' collate nocase in ('X'), typeof(1 / 2), 7 % -3, -7 / 2, 1 << 40, ~5, 6 & 3 | 8`,
  `select 9223372036854775807, -9223372036854775807 - 1, abs(-42), typeof(9223372036854775807 + 1), cast('12abc' as integer), cast(1e15 as integer), cast(-2.9 as integer), round(2.5) = 3.0`,
  `select printf('%.4f|%8.3e|%,d|%-6s|%06d|%x|%q', 2.0 / 3, 123456.789, 1234567, 'ab', 42, 255, 'o''clock'), printf('%.3f', avg(price)), printf('%.6f', total(price)), printf('%.2f', max(net)) from product`,
  `select date('2024-02-29', '+1 year'), time('23:59:59', '+2 seconds'), strftime('%Y-%j %W', '2024-12-30'), cast(julianday('2000-01-01') * 10 as integer), unixepoch('2001-09-09 01:46:40'), datetime(1e9, 'unixepoch', 'start of month', 'weekday 3')`,
  `select json_object('a', json_array(1, null, 'x'), 'b', json('{"c":[true,2]}')), json_extract('{"a":[10,{"b":"q"}]}', '$.a[1].b'), '{"k":7}' ->> 'k', json_type('[1]', '$[0]'), json_patch('{"a":1,"b":2}', '{"b":null,"c":3}')`,
  `select value, count(*) from product, json_each(tags) group by value order by 2 desc, 1`,
  `select fullkey, type, atom from json_tree('{"n":[1,{"deep":"x"}],"t":false}') order by id`,
  `select json_group_array(sku) filter (where length(title) < 9), json_group_object(sku, json(tags)) from (select * from product order by sku limit 12)`,
  `select hex(zeroblob(3)), hex(x'00ff' || 'a'), length(x'010203'), cast(x'414243' as text), nullif(1, 1), iif(null, 1, 2), max(1, 'a', x'00') is x'00', min(3, null)`,

  // Changes: upserts, returning, triggers, cascades, savepoints, the rowid of a view's trigger.
  `insert into product(sku, title, price) values('P-001', 'again', 5), ('P-100', 'new', 6.5) on conflict(sku) do update set price = excluded.price + 0.5 returning sku, title, printf('%.2f', price)`,
  `update product set price = price * 2 where sku in (select sku from line group by sku order by sum(quantity) desc, sku limit 3)`,
  `update line set quantity = quantity + n.many from (select sku, count(*) as many from line group by sku having many > 20) as n where n.sku = line.sku`,
  `select at, what, old, new from audit order by at`,
  `update product set sku = 'Q-002' where sku = 'P-002'`,
  `select count(*) from line where sku = 'Q-002'`,
  `insert into total(customer) values(3)`,
  `select id, note from purchase where note is not null`,
  `savepoint outer_one`,
  `delete from customer where id = 2`,
  `select (select count(*) from purchase), (select count(*) from line)`,
  `savepoint inner_one`,
  `drop table audit`,
  `rollback to inner_one`,
  `release outer_one`,
  `begin`,
  `delete from line`,
  `update customer set name = name || '!'`,
  `rollback`,
  `select (select count(*) from purchase), (select sum(quantity) from line), (select group_concat(name) from (select name from customer order by id))`,
  `alter table customer add column points integer not null default 0`,
  `alter table customer rename column since to born`,
  `create table copy as select * from customer`,
  `replace into copy select * from customer`,
  `select name, points, born from copy order by name collate binary, rowid limit 4`,
  `analyze`,
  `vacuum`,
  `pragma foreign_key_check`,
  `pragma integrity_check`,
  `select type, name, tbl_name from sqlite_schema where name not like 'sqlite_%' order by name, type`,
]

/** Numbers as this version of SQLite writes them: only for comparison with itself. */
export const floats: readonly string[] = [
  `select 0.1 + 0.2, 1e300 * 1e10, -1e-300 / 1e100, 2.0 / 3, 1e15 + 0.3, 123456789012345678, 4.35 * 100, 1.0, -0.0, 5e-324, 1.7976931348623157e308`,
  `with recursive n(i, x) as (values(1, 0.5) union all select i + 1, 3.75 * x * (1 - x) from n where i < 40) select i, x, round(x, 3), cast(x as text), printf('%!.20g', x) from n`,
  `select sum(price), avg(price), avg(net), total(price * price), min(net), max(price / 3) from product`,
  `select json_array(0.1, 1e22, 1e-7, 3.0), json_extract('[1.5e3]', '$[0]'), cast('  1.25e2x' as real), '1e3' + 0, cast(9223372036854775807 as real), julianday('2024-06-15 12:34:56.789')`,
]

export const scriptOf = (parts: readonly string[]): string => parts.map(statement => `${statement};\n`).join('')

/**
 * What the benchmark runs: bulk loading with indexes and triggers, joins, grouping, sorting, search in texts, updates,
 * deletes.
 */
export const benchmarkScript = scriptOf([
  `create table account(id integer primary key, owner text not null, region integer not null, balance integer not null)`,
  `create table transfer(id integer primary key, source integer not null references account(id), target integer not null references account(id), amount integer not null, memo text)`,
  `create index transfer_source on transfer(source, amount)`,
  `create index account_owner on account(owner)`,
  `create trigger moved after insert on transfer begin
     update account set balance = balance - new.amount where id = new.source;
     update account set balance = balance + new.amount where id = new.target;
   end`,
  `begin`,
  `with recursive n(i) as (values(1) union all select i + 1 from n where i < 30000) insert into account select i, printf('owner %x', i * 40503 % 65536), i % 17, 10000 from n`,
  `with recursive n(i) as (values(1) union all select i + 1 from n where i < 100000)
   insert into transfer(source, target, amount, memo) select i * 7919 % 30000 + 1, i * 104729 % 30000 + 1, i * 31 % 997, printf('memo %08x', i * 2654435761 % 4294967296) from n`,
  `commit`,
  `select count(*), sum(balance), min(balance), max(balance) from account`,
  `select region, count(*), sum(amount), max(memo) from transfer join account on account.id = source group by region order by 3 desc limit 3`,
  `select a.owner, b.owner, t.amount from transfer t join account a on a.id = t.source join account b on b.id = t.target where a.region = 3 and b.region = 5 order by t.amount desc, t.id limit 5`,
  `select count(*) from transfer where memo like '%ab%c%'`,
  `select sum(place * amount) from (select amount, rank() over (partition by source order by amount, id) as place from transfer)`,
  `select count(distinct substr(memo, 6, 3)), sum(length(memo)) from transfer`,
  `update account set owner = upper(owner) || '!' where region < 6`,
  `delete from transfer where id % 3 = 0`,
  `select count(*), (select owner from account order by owner limit 1 offset 4000) from transfer`,
  `pragma integrity_check`,
  `select sum(balance), sum(unicode(substr(owner, -1))) from account`,
])
