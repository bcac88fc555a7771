;; Asks at each turn of loops within a recursion; the question goes to the host, or suspends.
;; Memory: 0 whether to suspend, 4 whether it is suspended, 8 the question, 12 the answer, 16 the argument, 20 the
;; stack's pointer while suspended, 24 Asyncify's buffer, from 32768 on the stack of what is plain, from 49152 on of what
;; can be suspended.
(module
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "suspendable" "operate" (func $suspendable_operate (param i32) (result i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "host" "answer" (func $answer (param i32) (result i32)))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (import "asyncify" "get_state" (func $get_state (result i32)))

  (type $unary (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $__stack_pointer (mut i32) (i32.const 49152))
  (global $seed (mut i32) (i32.const 1000))
  (table 5 5 funcref)
  (elem (i32.const 1) $callback $ask $plain)

  ;; The top of the stack.
  (func $ask (param $question i32) (result i32)
    (if (i32.eqz (i32.load8_u (i32.const 0)))
      (then (return (call $answer (local.get $question)))))
    (if (i32.eq (call $get_state) (i32.const 2))
      (then
        (call $stop_rewind)
        (return (i32.load (i32.const 12)))))
    (i32.store (i32.const 8) (local.get $question))
    (call $start_unwind (i32.const 24))
    (i32.const -1))

  ;; Calls nothing that suspends.
  (func $plain (param i32) (result i32)
    (i32.xor (local.get 0) (i32.const 0x1234)))

  ;; Suspends through a direct call.
  (func $callback (param $question i32) (result i32)
    (local $half i32)
    (local.set $half (i32.shr_u (local.get $question) (i32.const 1)))
    (i32.add (call $ask (local.get $question)) (call $plain (local.get $half))))

  (func $recurse (param $depth i32) (result i32)
    (local $turn i32) (local $sum i64) (local $weight f64)
    ;; PADDING
    (local.set $weight (f64.const 1.5))
    (local.set $sum (i64.extend_i32_s (local.get $depth)))
    (loop $again
      ;; Slots 1 to 3 in turn.
      (local.set $sum
        (i64.add
          (i64.mul (local.get $sum) (i64.const 31))
          (i64.extend_i32_s
            (call_indirect (type $unary)
              (i32.add (i32.mul (local.get $depth) (i32.const 100)) (local.get $turn))
              (i32.add (local.get $turn) (i32.const 1))))))
      (local.set $weight (f64.add (local.get $weight) (f64.convert_i64_s (local.get $sum))))
      (if (local.get $depth)
        (then
          (local.set $sum
            (i64.xor
              (local.get $sum)
              (i64.extend_i32_s (call $recurse (i32.sub (local.get $depth) (i32.const 1))))))))
      (if (i32.and (i32.eq (local.get $depth) (i32.const 1)) (i32.eq (local.get $turn) (i32.const 1)))
        (then (return (i32.wrap_i64 (local.get $sum)))))
      (br_if $again
        (i32.lt_s
          (local.tee $turn (i32.add (local.get $turn) (i32.const 1)))
          (i32.const 3))))
    (i32.xor
      (i32.wrap_i64 (local.get $sum))
      (i32.wrap_i64 (i64.reinterpret_f64 (local.get $weight)))))

  (func $operate (export "operate") (param $depth i32) (result i32)
    (i32.add (call $recurse (local.get $depth)) (global.get $seed)))

  ;; The bottom of the stack.
  (func $drive (result i32)
    (local $result i32) (local $own i32) (local $deep i32)
    (local.set $own (global.get $__stack_pointer))
    (global.set $__stack_pointer (i32.load (i32.const 20)))
    (local.set $result (call $suspendable_operate (i32.load (i32.const 16))))
    (local.set $deep (global.get $__stack_pointer))
    (global.set $__stack_pointer (local.get $own))
    (if (i32.ne (call $get_state) (i32.const 1))
      (then
        ;; Whoever moved the stack's pointer has put it back.
        (if (i32.ne (local.get $deep) (i32.const 65536)) (then (unreachable)))
        (i32.store (i32.const 4) (i32.const 0))
        (return (local.get $result))))
    (call $stop_unwind)
    (i32.store (i32.const 20) (local.get $deep))
    (i32.store (i32.const 4) (i32.const 1))
    (i32.load (i32.const 8)))

  (func (export "begin") (param $depth i32) (result i32)
    (i32.store (i32.const 16) (local.get $depth))
    (i32.store (i32.const 20) (i32.const 65536))
    (i32.store (i32.const 24) (i32.const 32))
    (i32.store (i32.const 28) (i32.const 32768))
    (call $drive))

  (func (export "resume") (param $answer i32) (result i32)
    (i32.store (i32.const 12) (local.get $answer))
    (call $start_rewind (i32.const 24))
    (call $drive)))
