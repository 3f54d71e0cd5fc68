package org.tannhof.library;

import jakarta.validation.Valid;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/api/loans")
class LoanController {
  private final LoanRepository loans;

  LoanController(LoanRepository loans) {
    this.loans = loans;
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  Loan lend(@Valid @RequestBody LoanRequest request) {
    return loans.save(new Loan(UUID.randomUUID(), request.bookId(), request.memberId()));
  }

  @PatchMapping("/{id}/extension")
  Loan extend(@PathVariable UUID id) {
    return loans.save(loans.findById(id).orElseThrow().extended());
  }

  @PreAuthorize("hasRole('STAFF')")
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void giveBack(@PathVariable UUID id) {
    loans.deleteById(id);
  }

  @Secured("ROLE_STAFF")
  @PutMapping("/{id}/due")
  Loan due(@PathVariable UUID id, @Valid @RequestBody Due due) {
    return loans.save(loans.findById(id).orElseThrow().due(due.on()));
  }
}
