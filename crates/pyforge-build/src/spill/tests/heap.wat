;; Objects that a collector frees unless they stand on the C stack. They are never reused: `use` tells whether one that
;; is used was freed before.
(memory 4)
(global $__stack_pointer (export "sp") (mut i32) (i32.const 0x10000))
(global $last (mut i32) (i32.const 0x10000))
(global $freed_in_use (export "found") (mut i32) (i32.const 0))
(global $collections (export "calls") (mut i32) (i32.const 0))
(global $fuel (mut i32) (i32.const 60))
(global $chance (mut i32) (i32.const 0))
(tag $thrown (param i32))
(type $function (func (param i32 i32) (result i32)))

;; Takes every object on the C stack for used, and frees the others.
(func $gc_collect (local $at i32) (local $object i32)
    (global.set $collections (i32.add (global.get $collections) (i32.const 1)))
    ;; What functions left behind that have returned is not to be found by accident.
    (memory.fill (i32.sub (global.get $__stack_pointer) (i32.const 512)) (i32.const 0) (i32.const 512))
    (local.set $at (global.get $__stack_pointer))
    (loop $mark
        (if (i32.lt_u (local.get $at) (i32.const 0x10000)) (then
            (local.set $object (i32.load (local.get $at)))
            (if (i32.gt_u (local.get $object) (i32.const 0x10000)) (then
                (i32.store offset=4 (local.get $object) (global.get $collections))))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br $mark))))
    (local.set $object (i32.const 0x10000))
    (loop $sweep
        (if (i32.lt_u (local.get $object) (global.get $last)) (then
            (local.set $object (i32.add (local.get $object) (i32.const 16)))
            (if (i32.ne (i32.load offset=4 (local.get $object)) (global.get $collections)) (then
                (i32.store (local.get $object) (i32.const 1))))
            (br $sweep)))))

;; A new object, after a collection.
(func $alloc (result i32)
    (call $gc_collect)
    (global.set $last (i32.add (global.get $last) (i32.const 16)))
    (global.get $last))

(func $use (param $object i32) (result i32)
    (if (i32.and (i32.ge_u (local.get $object) (i32.const 0x10000)) (i32.load (local.get $object))) (then
        (global.set $freed_in_use (i32.add (global.get $freed_in_use) (i32.const 1)))))
    (local.get $object))

;; Uses two objects and returns one of them.
(func $pick (param i32 i32) (result i32)
    (select (call $use (local.get 0)) (call $use (local.get 1)) (i32.and (call $chance) (i32.const 1))))

;; A number that is no object.
(func $chance (result i32)
    (global.set $chance (i32.add (i32.mul (global.get $chance) (i32.const 1103515245)) (i32.const 12345)))
    (i32.and (i32.shr_u (global.get $chance) (i32.const 16)) (i32.const 3)))

;; Whether to go on.
(func $fuel (result i32)
    (if (global.get $fuel) (then (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))))
    (i32.ne (global.get $fuel) (i32.const 0)))

(table funcref (elem $f0 $f1 $f2 $f3))

(func (export "test") (param $chance i32) (result i32) (local $saved i32)
    (global.set $chance (local.get $chance))
    (local.set $saved (global.get $__stack_pointer))
    (block $handler (result i32)
        (try_table (catch $thrown $handler)
            (return (call $use (call $f0 (call $alloc) (call $alloc)))))
        (unreachable))
    (call $use)
    (global.set $__stack_pointer (local.get $saved)))
