;; Plain functions and clones that can be told apart: what is called through a pointer knows no difference, but here the
;; clone of `operate` is reached through `clone`, which adds 1000.
(module
  (import "suspendable" "operate" (func $suspendable_operate (param i32) (result i32)))
  (import "host" "answer" (func $answer (param i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (table 4 4 funcref)
  (elem (i32.const 1) $double $again)
  (elem (table 0) (i32.const 3) funcref (ref.func $answer))

  (func $double (param i32) (result i32)
    (i32.mul (local.get 0) (i32.const 2)))

  ;; Calls through a pointer, so it has a clone.
  (func $again (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 7))
      (else
        (call_indirect (type $unary)
          (i32.sub (local.get 0) (i32.const 1))
          (i32.add (i32.const 1) (i32.rem_u (local.get 0) (i32.const 3)))))))

  (func $operate (export "operate") (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const 9))
      (then (drop (call_indirect (type $unary) (i32.const 0) (local.get 0)))))
    (call_indirect (type $unary) (local.get 0) (i32.const 2)))

  (func (export "clone") (param i32) (result i32)
    (i32.add (call $suspendable_operate (local.get 0)) (i32.const 1000)))

  (@custom "component-type:x" "kept"))
